package org.decentralizedai.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OuterAdamTest {
    private static final int PARAMETERS = 50, ROUNDS = 30;

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.9})
    void step_manyRounds_isTheNaiveOne(double beta1) {
        var random = new Random(1);
        var adam = new OuterAdam(0.03, beta1);
        double[] m = new double[PARAMETERS], v = new double[PARAMETERS];
        for (int round = 1; round <= ROUNDS; round++) {
            float[] mean = new float[PARAMETERS];
            for (int i = 1; i < PARAMETERS; i++) mean[i] = (float) (Math.pow(10, -i / 8) * random.nextGaussian());
            var step = adam.step(mean, null);
            assertThat(step.momentum()).isNull();
            assertThat(step.at(0)).isZero(); // never moved
            for (int i = 1; i < PARAMETERS; i++) {
                m[i] = beta1 * m[i] + (1 - beta1) * mean[i];
                v[i] = 0.99 * v[i] + 0.01 * mean[i] * mean[i];
                double naive = 0.03
                        * (m[i] / (1 - Math.pow(beta1, round)))
                        / (Math.sqrt(v[i] / (1 - Math.pow(0.99, round))) + 1e-8);
                assertThat(step.at(i)).isCloseTo(naive, within(1e-6));
                if (round == 1 && Math.abs(mean[i]) > 1e-6)
                    assertThat(Math.abs(step.at(i))).isCloseTo(0.03, within(1e-3));
            }
        }
    }
}
