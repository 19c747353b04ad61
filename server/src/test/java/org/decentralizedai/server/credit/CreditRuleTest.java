package org.decentralizedai.server.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.verify.Trust;
import org.junit.jupiter.api.Test;

final class CreditRuleTest {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 10_000, 1e-5, true);

    @Test
    void microCredits_operationsOfADayOfOneGigaflops_are200Credits() {
        long day = 86_400 * 1_000_000_000L; // operations
        assertThat(new CreditRule(day / 1_000).microCredits(1_000)).isEqualTo(200_000_000L);
        assertThat(new CreditRule(432_000_000).microCredits(1_000)).isEqualTo(1_000_000L);
    }

    /** By hand: 6 * (8 * (2*8 + 2*4) + 3*8*12 + 260*8) of weights and 6 * 8 * 16 of attention. */
    @Test
    void microCredits_model_countsWeightsAndAttention() {
        long flops = 6 * (8 * (16 + 8) + 288 + 8L * ModelConfig.BYTE_VOCABULARY) + 768;
        assertThat(CreditRule.of(MODEL).flopsPerToken()).isEqualTo(flops);
        assertThat(CreditRule.of(MODEL).microCredits(64)).isEqualTo(64 * flops / 432_000);
    }

    @Test
    void microCredits_parts_neverExceedTheWhole() {
        var rule = new CreditRule(100_003);
        assertThat(rule.microCredits(7) + rule.microCredits(5)).isLessThanOrEqualTo(rule.microCredits(12));
        assertThat(rule.microCredits(0)).isZero();
        assertThatThrownBy(() -> rule.microCredits(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CreditRule(Long.MAX_VALUE).microCredits(2))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void holdBack_tasks_makeTheExpectedGainNegativeAndOneFewerDoesNot() {
        for (double q : new double[] {0.03, 0.05, 0.1, 1})
            for (double d : new double[] {0.9, 1}) {
                int held = HoldBack.tasks(q, d);
                assertThat((1 - q * d) - q * d * held).isLessThan(0);
                if (held > 1) assertThat((1 - q * d) - q * d * (held - 1)).isGreaterThanOrEqualTo(0);
            }
        assertThat(HoldBack.tasks(0.03, 1)).isEqualTo(33);
        assertThat(CreditLedger.HELD_TASKS).isEqualTo(37);
    }

    /** The formula against the game itself: fakes one after the other until caught, with N grants held. */
    @Test
    void holdBack_cheatWhoGoesOnUntilCaught_losesOnAverage() {
        var random = new java.util.Random(5);
        double caught = Trust.FLOOR * HoldBack.DETECTION;
        long games = 200_000;
        double gain = 0;
        for (int game = 0; game < games; game++) {
            int fakes = 1;
            while (random.nextDouble() >= caught) fakes++;
            gain += (fakes - 1) - CreditLedger.HELD_TASKS; // all held were honest before the first fake
        }
        assertThat(gain / games).isLessThan(0);
        assertThat(gain / games).isCloseTo((1 - caught) / caught - CreditLedger.HELD_TASKS, within(0.3));
    }
}
