package org.decentralizedai.server.train;

import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.ErrorFeedback;
import org.decentralizedai.compress.UpdateEncoding;
import org.jspecify.annotations.Nullable;

/**
 * The step from one checkpoint to the next: m ← μ m + v, s = α (v + μ m) with Nesterov's momentum as in DiLoCo (Douillard et al.
 * 2023), or s = α v without. What is published, workers can follow by a delta: θ ← θ − q, where q is s + e as it comes out of a
 * code, and e ← s + e − q is carried into the next step, so that nothing is lost over rounds ({@link CheckpointDelta}). In F32 a
 * delta would be as long as the checkpoint: then θ ← θ − s − e, without a delta, and e is zero.
 */
record OuterStep(double rate, double momentum, UpdateEncoding encoding) {

    /** @param delta null when there is none */
    record Result(float[] weights, OuterState state, byte @Nullable [] delta) {}

    Result apply(float[] weights, float[] mean, OuterState before) {
        return encoding == UpdateEncoding.F32 ? exact(weights, mean, before) : coded(weights, mean, before);
    }

    private Result exact(float[] weights, float[] mean, OuterState before) {
        float[] next = new float[weights.length], carry = before.carry();
        for (int i = 0; i < next.length; i++)
            next[i] = (float) (weights[i] - step(mean, before, i) - (carry == null ? 0 : carry[i]));
        return new Result(next, new OuterState(nextMomentum(mean, before), null), null);
    }

    private Result coded(float[] weights, float[] mean, OuterState before) {
        float[] step = new float[weights.length], carry = before.carry();
        for (int i = 0; i < step.length; i++) step[i] = (float) step(mean, before, i);
        var coded = carry == null ? ErrorFeedback.first(encoding, step) : ErrorFeedback.next(encoding, carry, 1, step);
        byte[] delta = CheckpointDelta.of(encoding, coded.encoded(), step.length);
        float[] next = weights.clone();
        CheckpointDelta.apply(delta, next);
        return new Result(next, new OuterState(nextMomentum(mean, before), coded.residual()), delta);
    }

    private double step(float[] mean, OuterState before, int i) {
        return rate * (momentum == 0 ? mean[i] : mean[i] + momentum * m(mean, before, i));
    }

    private float @Nullable [] nextMomentum(float[] mean, OuterState before) {
        if (momentum == 0) return null;
        float[] next = new float[mean.length];
        for (int i = 0; i < next.length; i++) next[i] = (float) m(mean, before, i);
        return next;
    }

    private double m(float[] mean, OuterState before, int i) {
        float[] m = before.momentum();
        return momentum * (m == null ? 0 : m[i]) + mean[i];
    }
}
