package org.decentralizedai.store.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.RotaryTable;
import org.decentralizedai.model.ModelConfig;
import org.jspecify.annotations.Nullable;

/**
 * The model a second time, in PyTorch's operations and independent of our kernels. Only arrays enter the mathematics, never
 * Java numbers: those give wrong gradients when a garbage collection falls between forward and backward.
 *
 * <p>Every array that a method makes belongs to the caller's {@link ai.djl.ndarray.NDScope}. Forward passes may run on
 * several threads at once.
 */
final class DjlDecoder implements AutoCloseable {
    private final ModelConfig config;
    private final NDManager manager = Torch.manager();
    private final TorchWeights weights;
    private final List<DjlLayer> layers = new ArrayList<>();
    private final Rotary rotary;
    private final CausalMask mask;
    private final NDArray epsilon;

    /** @param packed weights in layout order */
    DjlDecoder(ModelConfig config, float[] packed) {
        this.config = config;
        weights = new TorchWeights(manager, config, packed);
        epsilon = manager.create((float) config.rmsNormEpsilon());
        rotary = new Rotary(manager, config);
        mask = new CausalMask(manager, config.context());
        NDArray scale = manager.create((float) (1 / Math.sqrt(config.headDim())));
        for (int i = 0; i < config.layers(); i++)
            layers.add(new DjlLayer(config, weights, i, rotary, mask, epsilon, scale));
    }

    ModelConfig config() {
        return config;
    }

    NDManager manager() {
        return manager;
    }

    TorchWeights weights() {
        return weights;
    }

    /** (batch,length) of 64-bit ids. */
    NDArray tokens(long[] ids, int batch) {
        return manager.create(ids, new Shape(batch, ids.length / batch));
    }

    /**
     * Output of the last layer (batch,length,hidden).
     *
     * @param cache holds the positions before these tokens and receives theirs; null: the tokens begin a sequence
     */
    NDArray forward(NDArray tokens, @Nullable KeyValueCache cache) {
        NDArray x = Embedding.embedding(tokens, weights.get("model.embed_tokens.weight"), SparseFormat.DENSE)
                .singletonOrThrow();
        for (int i = 0; i < layers.size(); i++) x = layers.get(i).forward(x, cache == null ? null : cache.layer(i));
        return x;
    }

    /** (rows,vocabulary) from hidden states of any shape that ends in hidden. */
    NDArray logits(NDArray hidden) {
        NDArray normed = DjlLayer.rmsNorm(hidden, weights.get("model.norm.weight"), epsilon);
        String head = config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
        return DjlLayer.linear(normed, weights.get(head)).reshape(-1, config.vocabulary());
    }

    /** Cross-entropy in nats of every position, (rows,1), in the order of {@code targets}. */
    NDArray losses(NDArray tokens, NDArray targets) {
        NDArray logProbabilities = logits(forward(tokens, null)).logSoftmax(-1);
        return logProbabilities.gather(targets.reshape(-1, 1), 1).neg();
    }

    @Override
    public void close() {
        weights.close();
        manager.close();
    }

    /** Cosines and sines as arrays (context,headDim). */
    static final class Rotary {
        private final NDArray cos;
        private final NDArray sin; // of the first half negated

        Rotary(NDManager manager, ModelConfig config) {
            int context = config.context(), dim = config.headDim(), half = dim / 2;
            float[] table = RotaryTable.values(context, dim, config.ropeTheta());
            float[] c = new float[table.length], s = new float[table.length];
            for (int t = 0; t < context; t++)
                for (int i = 0; i < half; i++) {
                    int at = t * dim + i;
                    c[at] = c[at + half] = table[at];
                    s[at + half] = table[at + half];
                    s[at] = -table[at + half];
                }
            cos = manager.create(c, new Shape(context, dim));
            sin = manager.create(s, new Shape(context, dim));
        }

        /** x (batch,heads,length,headDim) turned as positions from {@code first} on. */
        NDArray turn(NDArray x, int first) {
            int length = (int) x.getShape().get(2);
            NDList halves = x.split(2, 3);
            NDArray swapped = halves.get(1).concat(halves.get(0), 3);
            return x.mul(DjlLayer.rows(cos, first, length)).add(swapped.mul(DjlLayer.rows(sin, first, length)));
        }
    }
}
