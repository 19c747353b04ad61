package org.decentralizedai.model;

import static org.decentralizedai.model.Use.LOGITS;
import static org.decentralizedai.model.Use.RESIDUALS;
import static org.decentralizedai.model.Use.SCRATCH;
import static org.decentralizedai.model.Use.SMALL;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/**
 * All that a {@link Decoder} needs beside weights and gradients, for batches of one size; n = batch * context rows.
 *
 * @param recompute layers take turns in one set of activations, and compute theirs again for their backward (Chen et al.
 *     2016: Training Deep Nets with Sublinear Memory Cost). A third more work, the same results
 * @param rotary (context,headDim)
 * @param residuals (n,hidden) each: the input of layer i; the last is the output of all
 * @param activations a set for each layer; with {@code recompute} the same one for all
 * @param dresidual (n,hidden)
 * @param normed (n,hidden): the last norm of the residual stream
 * @param rstd (n,1)
 * @param logits (n,vocabulary)
 * @param losses (n,1)
 */
public record DecoderMemory(
        AttentionShape attention,
        boolean recompute,
        Tensor rotary,
        List<Tensor> residuals,
        List<Activations> activations,
        Scratch scratch,
        Tensor dresidual,
        Tensor normed,
        Tensor rstd,
        Tensor logits,
        Tensor losses) {

    public static DecoderMemory take(Allocator from, ModelConfig config, int batch, int context, boolean recompute) {
        if (context > config.context())
            throw new IllegalArgumentException("context must be <= " + config.context() + ": context=" + context);
        var attention = new AttentionShape(batch, context, config.heads(), config.kvHeads(), config.headDim());
        Shape narrow = Shape.of(attention.rows(), config.hidden());
        Shape perRow = Shape.of(attention.rows(), 1);
        List<Tensor> residuals = new ArrayList<>();
        for (int i = 0; i <= config.layers(); i++) residuals.add(from.tensor(RESIDUALS, narrow));
        return new DecoderMemory(
                attention,
                recompute,
                from.tensor(SMALL, Shape.of(context, config.headDim())),
                residuals,
                activations(from, config, attention, recompute),
                Scratch.take(from, config, attention),
                from.tensor(SCRATCH, narrow),
                from.tensor(RESIDUALS, narrow),
                from.tensor(SMALL, perRow),
                from.tensor(LOGITS, Shape.of(attention.rows(), config.vocabulary())),
                from.tensor(SMALL, perRow));
    }

    private static List<Activations> activations(
            Allocator from, ModelConfig config, AttentionShape attention, boolean recompute) {
        List<Activations> sets = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++)
            sets.add(recompute && i > 0 ? sets.getFirst() : Activations.take(from, config, attention));
        return sets;
    }
}
