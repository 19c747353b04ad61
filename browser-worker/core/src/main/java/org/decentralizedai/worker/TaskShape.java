package org.decentralizedai.worker;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Precision;
import org.decentralizedai.wire.LocalSteps;
import org.jspecify.annotations.Nullable;

/**
 * What decides how much memory a task takes: tasks of one shape are computed in the same.
 *
 * @param batch windows of a step
 * @param microBatch windows that are computed at a time
 * @param context tokens of a window
 * @param activations as what the backward reads them
 */
public record TaskShape(ModelConfig model, int batch, int microBatch, int context, Precision activations) {
    public TaskShape {
        if (batch <= 0 || microBatch <= 0 || batch % microBatch != 0)
            throw new IllegalArgumentException("batch must be a multiple of microBatch: " + batch + ", " + microBatch);
        if (context <= 0 || context > model.context())
            throw new IllegalArgumentException("context must be <= " + model.context() + ": context=" + context);
    }

    public TaskShape(ModelConfig model, int batch, int microBatch, int context) {
        this(model, batch, microBatch, context, Precision.F32);
    }

    public static TaskShape of(ModelConfig model, LocalSteps steps) {
        return new TaskShape(model, steps.batch(), steps.microBatch(), steps.context(), steps.activations());
    }

    /** Whether its products are of the same sizes: only the number of its parts may differ. */
    boolean computesAs(@Nullable TaskShape other) {
        return other != null
                && model.equals(other.model)
                && microBatch == other.microBatch
                && context == other.context
                && activations == other.activations;
    }

    /** So many windows at a time. */
    TaskShape inParts(int microBatch) {
        return new TaskShape(model, batch, microBatch, context, activations);
    }

    /** Whether the widest activation of all rows is a tensor, which has fewer than 2³¹ elements. */
    boolean expressible() {
        int widest = Math.max(model.intermediate(), Math.max(model.hidden(), model.queryWidth()));
        return (long) microBatch * context <= Integer.MAX_VALUE / widest;
    }

    /** Rows of a micro-batch. */
    public int rows() {
        return microBatch * context;
    }

    int microBatches() {
        return batch / microBatch;
    }
}
