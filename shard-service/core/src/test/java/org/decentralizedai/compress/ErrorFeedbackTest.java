package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorFeedbackTest {
    private static final int VALUES = 5000;

    @Property(tries = 50)
    void next_anyUpdate_sentAndKeptTogetherAreWhatThereWas(@ForAll UpdateEncoding encoding, @ForAll long seed) {
        float[] residual = Updates.HEAVY_TAILED.of(VALUES, seed), update = Updates.HEAVY_TAILED.of(VALUES, ~seed);
        float[] residualBefore = residual.clone(), updateBefore = update.clone();
        var step = ErrorFeedback.next(encoding, residual, 0.95, update);
        float[] sent = UpdateCodec.decode(encoding, step.encoded(), VALUES);
        for (int i = 0; i < VALUES; i++) {
            float corrected = (float) (0.95 * residual[i] + update[i]);
            assertThat(step.residual()[i]).isEqualTo((float) ((double) corrected - sent[i]));
        }
        assertThat(residual).isEqualTo(residualBefore);
        assertThat(update).isEqualTo(updateBefore);
    }

    @ParameterizedTest
    @EnumSource
    void next_sameUpdateManyTimes_everythingArrivesInTime(UpdateEncoding encoding) {
        float[] update = Updates.HEAVY_TAILED.of(VALUES, 3);
        double[] arrived = new double[VALUES];
        var step = ErrorFeedback.first(encoding, update);
        int rounds = 400;
        for (int round = 1; ; round++) {
            UpdateCodec.decodeAdd(encoding, step.encoded(), 1, arrived);
            if (round == rounds) break;
            step = ErrorFeedback.next(encoding, step.residual(), 1, update);
        }
        double error = 0, norm = 0;
        for (int i = 0; i < VALUES; i++) {
            error += Math.pow(arrived[i] / rounds - update[i], 2);
            norm += Math.pow(update[i], 2);
        }
        // without feedback the sparse forms would stay at 0.75 to 0.94
        assertThat(Math.sqrt(error / norm)).isLessThan(0.25);
    }

    @Test
    void first_dropped_isKeptForTheNext() {
        float[] update = {4, 1};
        var first = ErrorFeedback.first(UpdateEncoding.TOP64_2BIT, update); // keeps one of two
        assertThat(UpdateCodec.decode(UpdateEncoding.TOP64_2BIT, first.encoded(), 2))
                .containsExactly(4, 0);
        assertThat(first.residual()).containsExactly(0, 1);
        var second = ErrorFeedback.next(UpdateEncoding.TOP64_2BIT, first.residual(), 0.5, new float[] {0, 2});
        assertThat(UpdateCodec.decode(UpdateEncoding.TOP64_2BIT, second.encoded(), 2))
                .containsExactly(0, 2.5f);
    }

    @Test
    void next_wrongArguments_areRefused() {
        assertThatThrownBy(() -> ErrorFeedback.next(UpdateEncoding.INT8, new float[2], 1, new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2, 3");
        for (double beta : new double[] {-0.1, 1.1, Double.NaN})
            assertThatThrownBy(() -> ErrorFeedback.next(UpdateEncoding.INT8, new float[2], beta, new float[2]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("beta=" + beta);
    }
}
