package org.decentralizedai.model;

import static org.decentralizedai.kernels.MatmulLayout.ABT;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.RotaryTable;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;

/**
 * A sequence of tokens that grows, and what the model says comes next. A prompt is read in blocks (prefill), then one token
 * at a time: each costs its own row only, as keys and values of all earlier rows stay on the device. The logits are those of
 * {@link Decoder#forward} over the whole sequence. All memory is allocated by the constructor; calls only enqueue.
 */
public final class Generation {
    private static final int BLOCK = 64;

    private final Kernels kernels;
    private final ModelConfig config;
    private final Tensor embedding, head, finalNorm;
    private final Tensor rotary, residual, last, normed, rstd, logits;
    private final Tokens tokens;
    private final List<CachedLayer> layers = new ArrayList<>();
    private final CachedLayer.Scratch scratch;
    private int length;

    /** @param capacity greatest length */
    public Generation(Kernels kernels, ModelConfig config, int capacity, Parameters weights) {
        this(kernels, config, capacity, weights, BLOCK);
    }

    /** @param block rows that are computed at once */
    Generation(Kernels kernels, ModelConfig config, int capacity, Parameters weights, int block) {
        if (capacity < 1 || capacity > config.context())
            throw new IllegalArgumentException("capacity must be in 1.." + config.context() + ": " + capacity);
        this.kernels = kernels;
        this.config = config;
        embedding = weights.get("model.embed_tokens.weight");
        head = config.tiedEmbeddings() ? embedding : weights.get("lm_head.weight");
        finalNorm = weights.get("model.norm.weight");
        rotary = kernels.allocate(Shape.of(capacity, config.headDim()));
        kernels.upload(rotary, RotaryTable.values(capacity, config.headDim(), config.ropeTheta()));
        for (int i = 0; i < config.layers(); i++)
            layers.add(new CachedLayer(kernels, config, rotary, LayerWeights.of(weights, i)));
        int rows = Math.min(block, capacity);
        tokens = kernels.allocateTokens(rows, config.vocabulary());
        scratch = CachedLayer.Scratch.allocate(kernels, config, rows);
        residual = kernels.allocate(Shape.of(rows, config.hidden()));
        last = kernels.allocate(Shape.vector(config.hidden()));
        normed = kernels.allocate(Shape.vector(config.hidden()));
        rstd = kernels.allocate(Shape.vector(1));
        logits = kernels.allocate(Shape.vector(config.vocabulary()));
    }

    /** Tokens so far. */
    public int length() {
        return length;
    }

    /** Forgets all tokens but the first. */
    public void truncate(int newLength) {
        if (newLength < 0 || newLength > length)
            throw new IllegalArgumentException("length must be in 0.." + length + ": " + newLength);
        length = newLength;
    }

    /**
     * Appends a prompt, or the token that was chosen; all of it or, when it is refused, nothing.
     *
     * @return logits (1,vocabulary) of the token after the last one, valid until the next call
     */
    public Tensor append(int... ids) {
        if (ids.length == 0 || ids.length > rotary.rows() - length)
            throw new IllegalArgumentException(
                    "must be 1.." + (rotary.rows() - length) + " tokens, as much as there is room for: " + ids.length);
        for (int id : ids)
            if (id < 0 || id >= config.vocabulary())
                throw new IllegalArgumentException("token outside the vocabulary: id=" + id);
        for (int from = 0; from < ids.length; from += residual.rows())
            read(Arrays.copyOfRange(ids, from, Math.min(from + residual.rows(), ids.length)));
        kernels.rmsNorm(normed, rstd, last, finalNorm, config.rmsNormEpsilon());
        kernels.matmul(ABT, logits, normed, head, false);
        return logits;
    }

    /** A block; leaves its last row in {@code last}, which any row of a device's memory can be copied to. */
    private void read(int[] ids) {
        var block = new Tokens(tokens.storage(), ids.length, config.vocabulary());
        kernels.upload(block, ids);
        Tensor x = residual.firstRows(ids.length);
        kernels.embed(x, embedding, block);
        CachedLayer.Scratch rows = scratch.firstRows(ids.length);
        for (CachedLayer layer : layers) layer.forward(x, length, rows);
        kernels.copy(last, x.view((ids.length - 1) * config.hidden(), last.shape()));
        length += ids.length;
    }

    /** Releases what the constructor allocated; the weights stay. */
    public void free() {
        layers.forEach(CachedLayer::free);
        scratch.free(kernels);
        kernels.free(tokens);
        for (Tensor tensor : List.of(rotary, residual, last, normed, rstd, logits)) kernels.free(tensor);
    }
}
