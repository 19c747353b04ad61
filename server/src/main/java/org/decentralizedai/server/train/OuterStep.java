package org.decentralizedai.server.train;

import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.ErrorFeedback;
import org.decentralizedai.compress.UpdateEncoding;
import org.jspecify.annotations.Nullable;

/**
 * The step s from one checkpoint to the next, as it is published. Workers can follow it by a delta: θ ← θ − q, where q is s + e
 * as it comes out of a code, and e ← s + e − q is carried into the next step, so that nothing is lost over rounds
 * ({@link CheckpointDelta}). In F32 a delta would be as long as the checkpoint: then θ ← θ − s − e, without a delta, and e is
 * zero.
 *
 * @param rule that gives s
 */
record OuterStep(OuterRule rule, UpdateEncoding encoding) {

    /** @param delta null when there is none */
    record Result(float[] weights, OuterState state, byte @Nullable [] delta) {}

    Result apply(float[] weights, float[] mean, OuterState before) {
        var step = rule.step(mean, before.momentum());
        return encoding == UpdateEncoding.F32
                ? exact(weights, step, before.carry())
                : coded(weights, step, before.carry());
    }

    private static Result exact(float[] weights, OuterRule.Step step, float @Nullable [] carry) {
        float[] next = new float[weights.length];
        for (int i = 0; i < next.length; i++)
            next[i] = (float) (weights[i] - step.at(i) - (carry == null ? 0 : carry[i]));
        return new Result(next, new OuterState(step.momentum(), null), null);
    }

    private Result coded(float[] weights, OuterRule.Step s, float @Nullable [] carry) {
        float[] step = new float[weights.length];
        for (int i = 0; i < step.length; i++) step[i] = (float) s.at(i);
        var coded = carry == null ? ErrorFeedback.first(encoding, step) : ErrorFeedback.next(encoding, carry, 1, step);
        byte[] delta = CheckpointDelta.of(encoding, coded.encoded(), step.length);
        float[] next = weights.clone();
        CheckpointDelta.apply(delta, next);
        return new Result(next, new OuterState(s.momentum(), coded.residual()), delta);
    }
}
