package org.decentralizedai.server.train;

import org.jspecify.annotations.Nullable;

/**
 * m ← μ m + v, s = α (v + μ m): Nesterov's momentum as in DiLoCo (Douillard et al. 2023), or s = α v without.
 *
 * @param rate α
 * @param momentum μ, 0 for none
 */
record Nesterov(double rate, double momentum) implements OuterRule {

    @Override
    public Step step(float[] mean, float @Nullable [] before) {
        return new Step() {
            @Override
            public double at(int i) {
                return rate * (momentum == 0 ? mean[i] : mean[i] + momentum * m(i));
            }

            @Override
            public float @Nullable [] momentum() {
                if (momentum == 0) return null;
                float[] next = new float[mean.length];
                for (int i = 0; i < next.length; i++) next[i] = (float) m(i);
                return next;
            }

            private double m(int i) {
                return momentum * (before == null ? 0 : before[i]) + mean[i];
            }
        };
    }
}
