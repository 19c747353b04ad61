package org.decentralizedai.server.simulate;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/**
 * Brings the singular values of matrices of one shape near 1 and leaves their singular vectors: X ← a X + b (X Xᵀ) X +
 * c (X Xᵀ)² X, five times, from a matrix of Frobenius norm 1 (Jordan et al. 2024). The coefficients are tuned for speed: a singular
 * value does not converge to 1 but ends in about 0.7..1.2, if it was more than some thousandth of the norm. The square matrix is
 * on the short side: X Xᵀ of a wide X, Xᵀ X of a tall one. Used by one thread.
 */
final class NewtonSchulz {
    /** What no singular value exceeds. */
    static final double GREATEST = 1.5;

    private static final double A = 3.4445, B = -4.7750, C = 2.0315;
    private static final int ITERATIONS = 5;
    private static final double EPSILON = 1e-7; // keeps zero zero

    private final Kernels kernels;
    private final boolean wide;
    private final int side;
    private final Tensor gram, squared, factor; // (side,side)
    private Tensor x, next; // of the shape

    NewtonSchulz(Kernels kernels, Shape shape) {
        this.kernels = kernels;
        wide = shape.rows() <= shape.columns();
        side = Math.min(shape.rows(), shape.columns());
        Shape square = Shape.of(side, side);
        gram = kernels.allocate(square);
        squared = kernels.allocate(square);
        factor = kernels.allocate(square);
        x = kernels.allocate(shape);
        next = kernels.allocate(shape);
    }

    /** @param matrix row-major, is overwritten */
    float[] orthogonal(float[] matrix) {
        double squares = 0;
        for (float value : matrix) squares += (double) value * value;
        double norm = Math.sqrt(squares) + EPSILON;
        for (int i = 0; i < matrix.length; i++) matrix[i] = (float) (matrix[i] / norm);
        kernels.upload(x, matrix);
        for (int i = 0; i < ITERATIONS; i++) iterate();
        return kernels.read(x);
    }

    /** With G = X Xᵀ: X ← (a I + b G + c G²) X; with G = Xᵀ X from the right. */
    private void iterate() {
        kernels.matmul(wide ? ABT : ATB, gram, x, x, false);
        kernels.matmul(AB, squared, gram, gram, false);
        float[] g = kernels.read(gram), g2 = kernels.read(squared);
        for (int i = 0; i < g.length; i++) g[i] = (float) (B * g[i] + C * g2[i] + (i % (side + 1) == 0 ? A : 0));
        kernels.upload(factor, g);
        kernels.matmul(AB, next, wide ? factor : x, wide ? x : factor, false);
        Tensor old = x;
        x = next;
        next = old;
    }
}
