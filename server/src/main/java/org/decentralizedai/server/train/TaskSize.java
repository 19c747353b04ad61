package org.decentralizedai.server.train;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;

/**
 * How much work a task is: the half of docs/training-recipe.md's rule that is about H and K. Local steps are few, since every
 * further one costs quality at equal tokens; what a minute of a device can do beyond that goes into the batch. A crowd shares
 * out the tokens of a run: the more workers, or the smaller the model, the smaller their tasks, so that the outer step is still
 * made often enough.
 *
 * @param steps H of a task
 * @param batch windows of a step
 */
record TaskSize(int steps, int batch) {
    /** Four steps were 2 % better for twice the bytes, sixteen 3 % worse, thirty 7 %. */
    static final int LOCAL_STEPS = 8;

    /** That a run should have at least: after 30 the gap to a synchronous run was 14.5 %, after 100 it was 10 %. */
    static final int OUTER_STEPS = 100;

    /** Of a run, for each parameter (Hoffmann et al. 2022). */
    static final int TOKENS_PER_PARAMETER = 20;

    /** Floating-point operations a second that a volunteer's device keeps up: assumed, a laptop's integrated graphics. */
    static final double DEVICE_FLOPS = 200e9;

    /** Of a fast one, whose task a run's greatest is: others get less of it ({@link Fit}). */
    static final double FAST_DEVICE_FLOPS = 4 * DEVICE_FLOPS;

    /**
     * @param workers K that are expected
     * @param taskSeconds that a task may take at most on a device that computes {@code flops} a second
     */
    static TaskSize of(ModelConfig model, int workers, double taskSeconds, double flops) {
        double tokensInTime = taskSeconds * flops / model.trainingFlopsPerToken();
        double windows = Math.min(tokensInTime, tokensOfRound(model) / workers) / model.context();
        int steps = (int) Math.clamp(windows, 1, LOCAL_STEPS);
        return new TaskSize(steps, (int) Math.max(1, windows / steps));
    }

    /** K up to which a run still makes its outer steps with the smallest tasks of {@link #LOCAL_STEPS}: windows one by one. */
    static int mostWorkers(ModelConfig model) {
        return (int) Math.max(1, tokensOfRound(model) / (LOCAL_STEPS * model.context()));
    }

    /** Tokens of a run that trains its model to the end. */
    static long tokensOfRun(ModelConfig model) {
        return (long) TOKENS_PER_PARAMETER * ParameterLayout.of(model).parameterCount();
    }

    private static double tokensOfRound(ModelConfig model) {
        return (double) tokensOfRun(model) / OUTER_STEPS;
    }
}
