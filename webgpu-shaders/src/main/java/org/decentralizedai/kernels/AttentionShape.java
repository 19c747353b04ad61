package org.decentralizedai.kernels;

/**
 * Sizes of causal grouped-query attention (Ainslie et al. 2023): {@code heads} query heads share {@code kvHeads} heads of
 * keys and values, {@code heads / kvHeads} each. Rows of all tensors are {@code batch * context}, sequence by sequence.
 */
public record AttentionShape(int batch, int context, int heads, int kvHeads, int headDim) {
    public AttentionShape {
        if (batch <= 0 || context <= 0 || heads <= 0 || kvHeads <= 0 || headDim <= 0)
            throw new IllegalArgumentException("sizes must be > 0");
        if (heads % kvHeads != 0)
            throw new IllegalArgumentException("heads must be a multiple of kvHeads: " + heads + ", " + kvHeads);
        if (headDim % 4 != 0 || headDim > MAX_HEAD_DIM)
            throw new IllegalArgumentException(
                    "headDim must be a multiple of 4, at most " + MAX_HEAD_DIM + ": " + headDim);
    }

    /** The largest head that the shaders hold in registers. */
    public static final int MAX_HEAD_DIM = 128;

    public int rows() {
        return batch * context;
    }

    public Shape query() {
        return Shape.of(rows(), heads * headDim);
    }

    public Shape keyValue() {
        return Shape.of(rows(), kvHeads * headDim);
    }

    /** One number per row and query head. */
    public Shape perHead() {
        return Shape.of(rows(), heads);
    }

    /** 1 / sqrt(headDim). */
    public double scale() {
        return 1 / Math.sqrt(headDim);
    }
}
