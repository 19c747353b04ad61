package org.decentralizedai.wire;

import org.decentralizedai.model.Precision;

/**
 * The local training of one task: {@code steps} steps, AdamW's from zero moments or along a published second moment, each over
 * {@code batch} windows of {@code context} tokens, computed {@code microBatch} windows at a time.
 *
 * @param warmupSteps the learning rate rises linearly over these first steps of the task
 * @param activations all devices round as it says, even one that could keep them exactly: an update is a function of its task
 */
public record LocalSteps(
        int steps,
        int batch,
        int microBatch,
        int context,
        double learningRate,
        int warmupSteps,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double clipNorm,
        Precision activations) {

    public LocalSteps {
        if (activations == null) activations = Precision.F32; // in JSON that does not name it
        if (steps <= 0 || batch <= 0 || microBatch <= 0 || context <= 0)
            throw new IllegalArgumentException("sizes must be > 0: steps=" + steps + ", batch=" + batch
                    + ", microBatch=" + microBatch + ", context=" + context);
        if (batch % microBatch != 0)
            throw new IllegalArgumentException("batch must be a multiple of microBatch: " + batch + ", " + microBatch);
        if (warmupSteps < 0) throw new IllegalArgumentException("warmupSteps must be >= 0: " + warmupSteps);
        if (!(learningRate > 0) || learningRate > 1)
            throw new IllegalArgumentException("learningRate must be in (0, 1]: " + learningRate);
    }

    /** With exact activations. */
    public LocalSteps(
            int steps,
            int batch,
            int microBatch,
            int context,
            double learningRate,
            int warmupSteps,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double clipNorm) {
        this(
                steps,
                batch,
                microBatch,
                context,
                learningRate,
                warmupSteps,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                clipNorm,
                Precision.F32);
    }

    public LocalSteps withActivations(Precision precision) {
        return new LocalSteps(
                steps,
                batch,
                microBatch,
                context,
                learningRate,
                warmupSteps,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                clipNorm,
                precision);
    }

    /**
     * Of another size, else the same. As many windows at a time as divide the batch, no more than here.
     *
     * @param batch windows of a step
     */
    public LocalSteps sized(int steps, int batch) {
        int part = Math.min(microBatch, batch);
        while (batch % part != 0) part--;
        return new LocalSteps(
                steps,
                batch,
                part,
                context,
                learningRate,
                warmupSteps,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                clipNorm,
                activations);
    }

    /** Learning rate of step {@code step}, counted from 1. */
    public double learningRate(int step) {
        return learningRate * Math.min(1.0, step / (warmupSteps + 1.0));
    }

    public LocalSteps withLearningRate(double rate) {
        return new LocalSteps(
                steps,
                batch,
                microBatch,
                context,
                rate,
                warmupSteps,
                beta1,
                beta2,
                epsilon,
                weightDecay,
                clipNorm,
                activations);
    }

    /** Windows that the whole task trains on. */
    public int windows() {
        return steps * batch;
    }

    public int tokens() {
        return windows() * context;
    }
}
