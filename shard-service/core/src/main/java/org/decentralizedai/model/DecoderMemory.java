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
 * @param rotary (context,headDim)
 * @param residuals (n,hidden) each: the input of layer i; the last is the output of all
 * @param activations a set for each layer; they share what they do not keep
 * @param dresidual (n,hidden)
 * @param normed (n,hidden): the last norm of the residual stream
 * @param rstd (n,1)
 * @param tiles of the rows whose logits exist at a time
 * @param logits (tile,vocabulary)
 * @param losses (n,1)
 */
public record DecoderMemory(
        AttentionShape attention,
        Keeping keeping,
        Tensor rotary,
        List<Tensor> residuals,
        List<Activations> activations,
        Scratch scratch,
        Tensor dresidual,
        Tensor normed,
        Tensor rstd,
        LogitTiles tiles,
        Tensor logits,
        Tensor losses) {

    public static DecoderMemory take(Allocator from, ModelConfig config, int batch, int context, Keeping keeping) {
        return take(from, config, batch, context, keeping, LogitTiles.of(batch * context, config.vocabulary()));
    }

    public static DecoderMemory take(
            Allocator from, ModelConfig config, int batch, int context, Keeping keeping, LogitTiles tiles) {
        if (context > config.context())
            throw new IllegalArgumentException("context must be <= " + config.context() + ": context=" + context);
        var attention = new AttentionShape(batch, context, config.heads(), config.kvHeads(), config.headDim());
        Shape narrow = Shape.of(attention.rows(), config.hidden());
        Shape perRow = Shape.of(attention.rows(), 1);
        List<Tensor> residuals = new ArrayList<>();
        for (int i = 0; i <= config.layers(); i++) residuals.add(from.tensor(RESIDUALS, narrow));
        return new DecoderMemory(
                attention,
                keeping,
                from.tensor(SMALL, Shape.of(context, config.headDim())),
                residuals,
                Activations.take(from, config, attention, keeping),
                Scratch.take(from, config, attention),
                from.tensor(SCRATCH, narrow),
                from.tensor(RESIDUALS, narrow),
                from.tensor(SMALL, perRow),
                tiles,
                from.tensor(LOGITS, Shape.of(tiles.tile(), config.vocabulary())),
                from.tensor(SMALL, perRow));
    }
}
