package org.decentralizedai.server.simulate;

import org.decentralizedai.server.train.OuterRule;
import org.jspecify.annotations.Nullable;

/**
 * Adam (Kingma and Ba 2015) over mean updates, as in FedAdam (Reddi et al. 2021), with bias correction: the step of a parameter is
 * α m̂ / (√v̂ + ε), about the rate however small updates are. A parameter that no update of a round covers has a mean of zero.
 * Its moments are its own and end with the process: a simulated coordinator does not crash.
 */
final class OuterAdam implements OuterRule {
    private static final double BETA2 = 0.99, EPSILON = 1e-8;
    private final double rate, beta1;
    private int rounds;
    private float[] m = {}, v = {}; // as long as the weights from the first round on

    /** @param rate α, of a round */
    OuterAdam(double rate, double beta1) {
        this.rate = rate;
        this.beta1 = beta1;
    }

    @Override
    public Step step(float[] mean, float @Nullable [] momentum) {
        if (rounds++ == 0) {
            m = new float[mean.length];
            v = new float[mean.length];
        }
        double correction1 = 1 / (1 - Math.pow(beta1, rounds)), correction2 = 1 / (1 - Math.pow(BETA2, rounds));
        double[] step = new double[mean.length];
        for (int i = 0; i < step.length; i++) {
            m[i] = (float) (beta1 * m[i] + (1 - beta1) * mean[i]);
            v[i] = (float) (BETA2 * v[i] + (1 - BETA2) * mean[i] * mean[i]);
            step[i] = rate * correction1 * m[i] / (Math.sqrt(correction2 * v[i]) + EPSILON);
        }
        return new Planned(step);
    }

    private record Planned(double[] steps) implements Step {
        @Override
        public double at(int i) {
            return steps[i];
        }

        @Override
        public float @Nullable [] momentum() {
            return null;
        }
    }
}
