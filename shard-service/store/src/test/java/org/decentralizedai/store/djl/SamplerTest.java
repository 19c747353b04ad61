package org.decentralizedai.store.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import org.junit.jupiter.api.Test;

class SamplerTest {
    /** Probabilities 0.2, 0.5, 0.3. */
    private static final float[] LOGITS = {(float) Math.log(2), (float) Math.log(5), (float) Math.log(3)};

    private static double[] frequencies(double temperature, double topP) {
        var sampler = new Sampler(new Sampling(temperature, topP, 1, 9, Set.of()));
        double[] frequency = new double[LOGITS.length];
        for (int i = 0; i < 20_000; i++) frequency[sampler.next(LOGITS)] += 1 / 20_000.0;
        return frequency;
    }

    @Test
    void next_temperatureOne_modelsDistribution() {
        assertThat(frequencies(1, 1)).containsExactly(new double[] {0.2, 0.5, 0.3}, within(0.015));
    }

    @Test
    void next_temperatureTwo_flatter() {
        double sum = Math.sqrt(2) + Math.sqrt(5) + Math.sqrt(3);
        double[] expected = {Math.sqrt(2) / sum, Math.sqrt(5) / sum, Math.sqrt(3) / sum};
        assertThat(frequencies(2, 1)).containsExactly(expected, within(0.015));
    }

    @Test
    void next_topP_onlyTheNucleus() {
        assertThat(frequencies(1, 0.7)).containsExactly(new double[] {0, 5 / 8.0, 3 / 8.0}, within(0.015));
        assertThat(frequencies(1, 0.4)).containsExactly(new double[] {0, 1, 0}, within(1e-9));
    }

    @Test
    void next_temperatureZero_likeliestAndLowestOfEquals() {
        var sampler = new Sampler(new Sampling(0, 1, 1, 0, Set.of()));
        assertThat(sampler.next(LOGITS)).isEqualTo(1);
        assertThat(sampler.next(new float[] {1, 2, 2})).isEqualTo(1);
        assertThatThrownBy(() -> sampler.next(new float[] {1, Float.NaN})).hasMessageContaining("not finite");
        assertThatThrownBy(() -> sampler.next(new float[] {1, Float.POSITIVE_INFINITY}))
                .hasMessageContaining("not finite");
    }

    @Test
    void logProbability_knownDistribution_itsLogarithm() {
        assertThat(Sampler.drawn(LOGITS, 0, 0).logProbability()).isCloseTo(Math.log(0.2), within(1e-6));
    }

    @Test
    void drawn_likeliest_areInOrder() {
        assertThat(Sampler.drawn(LOGITS, 0, 2).likeliest())
                .extracting(Drawn.Candidate::token)
                .containsExactly(1, 2);
        assertThat(Sampler.drawn(new float[] {1, 2, 2}, 0, 5).likeliest())
                .extracting(Drawn.Candidate::token)
                .containsExactly(1, 2, 0);
        assertThat(Sampler.drawn(LOGITS, 0, 1).likeliest().getFirst().logProbability())
                .isCloseTo(Math.log(0.5), within(1e-6));
    }

    @Test
    void sampling_outOfRange_refused() {
        assertThatThrownBy(() -> new Sampling(-1, 1, 1, 0, Set.of())).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampling(Double.NaN, 1, 1, 0, Set.of())).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new Sampling(1, 0, 1, 0, Set.of())).hasMessageContaining("topP");
        assertThatThrownBy(() -> new Sampling(1, 1, -1, 0, Set.of())).hasMessageContaining("maxTokens");
    }
}
