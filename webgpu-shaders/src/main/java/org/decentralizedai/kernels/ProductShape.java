package org.decentralizedai.kernels;

/** Sizes of a matrix product: C (m,n) = op(A) (m,k) op(B) (k,n). */
public record ProductShape(MatmulLayout layout, int m, int n, int k) {
    public ProductShape {
        if (m <= 0 || n <= 0 || k <= 0)
            throw new IllegalArgumentException("sizes must be > 0: m=" + m + ", n=" + n + ", k=" + k);
    }

    public static ProductShape of(MatmulLayout layout, Tensor a, Tensor b) {
        return new ProductShape(layout, layout.m(a), layout.n(b), layout.k(a));
    }

    public Shape a() {
        return layout == MatmulLayout.ATB ? Shape.of(k, m) : Shape.of(m, k);
    }

    public Shape b() {
        return layout == MatmulLayout.ABT ? Shape.of(n, k) : Shape.of(k, n);
    }

    public Shape c() {
        return Shape.of(m, n);
    }

    public double flops() {
        return 2.0 * m * n * k;
    }

    @Override
    public String toString() {
        return layout + " " + m + "x" + n + "x" + k;
    }
}
