package org.decentralizedai.kernels;

/** What a matrix product is added to, while it is stored. */
public sealed interface Addend {
    /** C = op(A) op(B). */
    Addend NOTHING = new Nothing();

    /** C += op(A) op(B). */
    Addend ITSELF = new Itself();

    record Nothing() implements Addend {}

    record Itself() implements Addend {}

    /**
     * C = D + op(A) op(B).
     *
     * @param tensor D: of C's size, a residual; or (1,n), a bias of every row. Shares no allocation with C
     */
    record Rows(Tensor tensor) implements Addend {}
}
