package org.decentralizedai.server.train;

import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.ErrorFeedback;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.wire.LocalSteps;
import org.jspecify.annotations.Nullable;

/**
 * The step s from one checkpoint to the next, as it is published. Workers can follow it by a delta: θ ← θ − q, where q is s + e
 * as it comes out of a code, and e ← s + e − q is carried into the next step, so that nothing is lost over rounds
 * ({@link CheckpointDelta}). In F32 a delta would be as long as the checkpoint: then θ ← θ − s − e, without a delta, and e is
 * zero.
 *
 * @param rule that gives s
 * @param moment how the second moment goes on
 */
record OuterStep(OuterRule rule, UpdateEncoding encoding, MomentRule moment) {
    /** A run without a published second moment. */
    static final MomentRule NO_MOMENT = (_, _) -> null;

    /** The second moment after a round, from that before (null: none) and the mean update. */
    @FunctionalInterface
    interface MomentRule {
        SecondMoment.@Nullable State next(SecondMoment.@Nullable State before, float[] mean);
    }

    /** Of the round that is closed. @param steps of its tasks */
    static OuterStep of(OuterRule rule, Recipe recipe, int round, LocalSteps steps) {
        var moment = recipe.secondMoment();
        return new OuterStep(
                rule,
                recipe.stepEncoding(),
                moment == null
                        ? NO_MOMENT
                        : (before, mean) -> before == null // the recipe had none until now
                                ? SecondMoment.first(mean.length)
                                : moment.next(before, mean, round, steps));
    }

    /** @param delta null when there is none */
    record Result(float[] weights, OuterState state, byte @Nullable [] delta) {}

    /** @param mean of the round's updates @param corrected the same less what is taken back of earlier rounds */
    Result apply(float[] weights, float[] mean, float[] corrected, OuterState before) {
        var step = rule.step(corrected, before.momentum());
        var next = moment.next(before.secondMoment(), mean);
        return encoding == UpdateEncoding.F32
                ? exact(weights, step, before.carry(), next)
                : coded(weights, step, before.carry(), next);
    }

    private static Result exact(
            float[] weights, OuterRule.Step step, float @Nullable [] carry, SecondMoment.@Nullable State moment) {
        float[] next = new float[weights.length];
        for (int i = 0; i < next.length; i++)
            next[i] = (float) (weights[i] - step.at(i) - (carry == null ? 0 : carry[i]));
        return new Result(next, new OuterState(step.momentum(), null, moment), null);
    }

    private Result coded(
            float[] weights, OuterRule.Step s, float @Nullable [] carry, SecondMoment.@Nullable State moment) {
        float[] step = new float[weights.length];
        for (int i = 0; i < step.length; i++) step[i] = (float) s.at(i);
        var coded = carry == null ? ErrorFeedback.first(encoding, step) : ErrorFeedback.next(encoding, carry, 1, step);
        byte[] delta = CheckpointDelta.of(encoding, coded.encoded(), step.length);
        float[] next = weights.clone();
        CheckpointDelta.apply(delta, next);
        return new Result(next, new OuterState(s.momentum(), coded.residual(), moment), delta);
    }
}
