package org.decentralizedai.kernels;

/** Which operand of a matrix product is read transposed, in place. C is (m,n). */
public enum MatmulLayout {
    /** A (m,k), B (k,n): dX = dY W. */
    AB,
    /** A (m,k), B (n,k): Y = X Wᵀ, weights being (out,in) as in PyTorch. */
    ABT,
    /** A (k,m), B (k,n): dW = dYᵀ X. */
    ATB;

    public int m(Tensor a) {
        return this == ATB ? a.columns() : a.rows();
    }

    public int k(Tensor a) {
        return this == ATB ? a.rows() : a.columns();
    }

    public int n(Tensor b) {
        return this == ABT ? b.rows() : b.columns();
    }

    /** Inner size as B has it; must equal {@link #k(Tensor)} of A. */
    public int innerOfB(Tensor b) {
        return this == ABT ? b.columns() : b.rows();
    }
}
