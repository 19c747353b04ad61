package org.decentralizedai.worker;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Allocator;
import org.decentralizedai.model.DecoderMemory;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.model.Use;

/**
 * Every buffer of a {@link LocalTraining}. θ_t is not among them: the host keeps it and uploads it when it is wanted.
 *
 * @param inputs one for each micro-batch
 * @param targets one for each micro-batch
 * @param losses (micro-batches,stride)
 * @param norm2 (1,1): the gradient's
 * @param piece room for a part of the update on its way to the host
 */
record TrainingMemory(
        StepMemory step,
        DecoderMemory decoder,
        List<Tokens> inputs,
        List<Tokens> targets,
        Tensor losses,
        Tensor norm2,
        Tensor piece) {

    static TrainingMemory take(Allocator from, TaskShape shape, Keeping keeping) {
        var layout = ParameterLayout.of(shape.model());
        var step = new StepMemory(
                Parameters.take(from, Use.WEIGHTS, layout),
                Parameters.take(from, Use.GRADIENTS, layout),
                Parameters.take(from, Use.MOMENTS, layout),
                Parameters.take(from, Use.MOMENTS, layout));
        var decoder = DecoderMemory.take(from, shape.model(), shape.microBatch(), shape.context(), keeping);
        return new TrainingMemory(
                step,
                decoder,
                tokens(from, shape),
                tokens(from, shape),
                from.tensor(Use.SMALL, Shape.of(shape.microBatches(), stride(decoder))),
                from.tensor(Use.SMALL, Shape.of(1, 1)),
                from.tensor(Use.TRANSFER, Parameters.piece(layout)));
    }

    private static List<Tokens> tokens(Allocator from, TaskShape shape) {
        List<Tokens> all = new ArrayList<>();
        for (int i = 0; i < shape.microBatches(); i++)
            all.add(from.tokens(
                    shape.microBatch() * shape.context(), shape.model().vocabulary()));
        return all;
    }

    /** Rows of a micro-batch, rounded up so that each begins where a device can bind it. */
    private static int stride(DecoderMemory decoder) {
        int alignment = ParameterLayout.ALIGNMENT;
        return (decoder.attention().rows() + alignment - 1) / alignment * alignment;
    }

    /** Room for the code of an update, as large as {@link #piece}: a task's moments are of no more use when it ends. */
    Tensor code() {
        for (Tensor segment : step.moment1().segments())
            if (segment.size() >= piece.size()) return segment.view(0, piece.shape());
        throw new IllegalStateException("a piece is no longer than the longest segment: " + piece);
    }

    /** The greatest that is read at once, in elements. */
    int longestRead() {
        int update = step.weights().layout().parameterCount();
        return Math.max(Math.min(piece.size(), update), losses.size());
    }
}
