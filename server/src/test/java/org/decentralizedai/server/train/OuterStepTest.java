package org.decentralizedai.server.train;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.UpdateEncoding;
import org.junit.jupiter.api.Test;

final class OuterStepTest {
    private static final OuterState NONE = new OuterState(null, null, null);

    private static final int PARAMETERS = 700, ROUNDS = 25;

    @Test
    void exact_plain_subtracts() {
        var result = new OuterStep(new Nesterov(0.5, 0), UpdateEncoding.F32, OuterStep.NO_MOMENT)
                .apply(new float[] {1, 2}, new float[] {2, -2}, new float[] {2, -2}, NONE);
        assertThat(result.weights()).containsExactly(0, 3);
        assertThat(result.state()).isEqualTo(NONE);
        assertThat(result.delta()).isNull();
    }

    @Test
    void exact_nesterov_isDiLoCos() {
        var step = new OuterStep(new Nesterov(1, 0.5), UpdateEncoding.F32, OuterStep.NO_MOMENT);
        var first = step.apply(new float[] {10}, new float[] {4}, new float[] {4}, NONE); // m = 4, s = 4 + 0.5 * 4
        assertThat(first.weights()).containsExactly(4);
        assertThat(first.state().momentum()).containsExactly(4);
        var second =
                step.apply(first.weights(), new float[] {2}, new float[] {2}, first.state()); // m = 4, s = 2 + 0.5 * 4
        assertThat(second.weights()).containsExactly(0);
        assertThat(second.state().momentum()).containsExactly(4);
    }

    @Test
    void coded_int8_carriesWhatIsRoundedAway() {
        var step = new OuterStep(new Nesterov(1, 0), UpdateEncoding.INT8, OuterStep.NO_MOMENT);
        var first = step.apply(
                new float[] {0, 0}, new float[] {127, 1.25f}, new float[] {127, 1.25f}, NONE); // the scale is 1
        assertThat(first.weights()).containsExactly(-127, -1);
        assertThat(first.state().carry()).containsExactly(0, 0.25f);
        var second = step.apply(
                first.weights(), new float[] {127, 1.25f}, new float[] {127, 1.25f}, first.state()); // 1.25 + 0.25
        assertThat(second.weights()).containsExactly(-254, -3);
        assertThat(second.state().carry()).containsExactly(0, -0.5f);
    }

    @Test
    void exact_afterCoded_publishesTheCarryAtOnce() {
        var result = new OuterStep(new Nesterov(1, 0), UpdateEncoding.F32, OuterStep.NO_MOMENT)
                .apply(
                        new float[] {5},
                        new float[] {1},
                        new float[] {1},
                        new OuterState(null, new float[] {0.25f}, null));
        assertThat(result.weights()).containsExactly(3.75f);
        assertThat(result.state().carry()).isNull();
    }

    /** Whoever applies the deltas holds the published bits, and these are the exact sum of all steps but for one carry. */
    @Property(tries = 60)
    void coded_anyRounds_losesNothing(
            @ForAll long seed, @ForAll UpdateEncoding encoding, @ForAll boolean momentum, @ForAll boolean small) {
        if (encoding == UpdateEncoding.F32) return;
        var random = new Random(seed);
        var rule = new Nesterov(0.7, momentum ? 0.6 : 0);
        var step = new OuterStep(rule, encoding, OuterStep.NO_MOMENT);
        float[] published = values(random, 0.5), worker = published.clone();
        double[] uncoded = new double[PARAMETERS], m = new double[PARAMETERS];
        for (int i = 0; i < PARAMETERS; i++) uncoded[i] = published[i];
        var state = NONE;
        for (int round = 0; round < ROUNDS; round++) {
            float[] mean = values(random, small ? 1e-4 : 0.1);
            var result = step.apply(published, mean, mean, state);
            published = result.weights();
            state = result.state();
            CheckpointDelta.apply(requireNonNull(result.delta()), worker);
            assertThat(worker).isEqualTo(published);
            for (int i = 0; i < PARAMETERS; i++) {
                m[i] = rule.momentum() * m[i] + mean[i];
                uncoded[i] -= rule.rate() * (mean[i] + rule.momentum() * (momentum ? m[i] : 0));
            }
        }
        float[] carry = requireNonNull(state.carry());
        for (int i = 0; i < PARAMETERS; i++)
            assertThat(published[i] - carry[i] - uncoded[i]).isBetween(-1e-5, 1e-5);
    }

    private static float[] values(Random random, double size) {
        float[] values = new float[PARAMETERS];
        for (int i = 0; i < PARAMETERS; i++) values[i] = (float) (size * random.nextGaussian());
        return values;
    }
}
