package org.decentralizedai.model;

import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/** What one layer remembers of a sequence: keys, turned by their positions, and values, (capacity, kvHeads * headDim). */
record KeyValueCache(Tensor keys, Tensor values) {
    static KeyValueCache allocate(Kernels kernels, ModelConfig config, int capacity) {
        Shape shape = Shape.of(capacity, config.keyValueWidth());
        return new KeyValueCache(kernels.allocate(shape), kernels.allocate(shape));
    }

    /** k and v (n, kvHeads * headDim) become rows {@code past} and on. */
    void append(Kernels kernels, Tensor k, Tensor v, int past) {
        kernels.copy(keys.view(past * k.columns(), k.shape()), k);
        kernels.copy(values.view(past * v.columns(), v.shape()), v);
    }

    /** out and q (n, heads * headDim), after {@link #append} of the same rows. */
    void attend(Kernels kernels, Tensor out, Tensor lse, Tensor q, AttentionShape added, int past) {
        kernels.cachedAttention(out, lse, q, keys, values, added, past);
    }

    void free(Kernels kernels) {
        kernels.free(keys);
        kernels.free(values);
    }
}
