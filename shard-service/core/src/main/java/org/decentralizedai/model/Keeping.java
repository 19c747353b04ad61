package org.decentralizedai.model;

/**
 * What stays of a layer's activations between its forward and its backward; the rest is made again. The first three lead to
 * the same bits, those of {@link Precision#F32}, the last two to those of {@link Precision#F16}.
 */
public enum Keeping {
    /** Everything: nothing is made again. */
    ALL,
    /** What products and attention made. Norms and SwiGLU are made again, which costs as much as reading it would. */
    PRODUCTS,
    /** Nothing, so that all layers share one set: a forward more (Chen et al. 2016: Training Deep Nets with Sublinear Memory Cost). */
    NOTHING,
    /** What PRODUCTS keeps, as halves, but for the residual stream and attention's log-sum-exp. */
    HALVES,
    /** Nothing; rounded as HALVES does it. */
    NOTHING_AS_HALVES;

    /** Of whose bits this leads to. */
    public Precision precision() {
        return this == HALVES || this == NOTHING_AS_HALVES ? Precision.F16 : Precision.F32;
    }

    /** Whether layers are computed twice, which is a third more work. */
    public boolean recomputes() {
        return this == NOTHING || this == NOTHING_AS_HALVES;
    }
}
