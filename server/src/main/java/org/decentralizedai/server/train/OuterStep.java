package org.decentralizedai.server.train;

import org.jspecify.annotations.Nullable;

/**
 * The step from one checkpoint to the next: m ← μ m + v, θ ← θ − α (v + μ m) with Nesterov's momentum as in DiLoCo (Douillard
 * et al. 2023), or θ ← θ − α v without.
 */
record OuterStep(double rate, double momentum) {

    /** @param momentum null when there is none */
    record Result(float[] weights, float @Nullable [] momentum) {}

    /** @param state m of the step before; null for zeros */
    Result apply(float[] weights, float[] mean, float @Nullable [] state) {
        float[] next = new float[weights.length];
        float[] nextState = momentum == 0 ? null : new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            double step = mean[i];
            if (nextState != null) {
                double m = momentum * (state == null ? 0 : state[i]) + mean[i];
                nextState[i] = (float) m;
                step = mean[i] + momentum * m;
            }
            next[i] = (float) (weights[i] - rate * step);
        }
        return new Result(next, nextState);
    }
}
