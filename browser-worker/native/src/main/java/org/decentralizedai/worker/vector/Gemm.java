package org.decentralizedai.worker.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.decentralizedai.kernels.MatmulLayout;

/**
 * Matrix product of f32 on one thread, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
 * (2008): B is packed into panels of {@link #NR} columns that stay in the L2 cache for {@link #KC} steps of k, A into panels
 * of {@link #MR} rows that stay in L1, and a tile of MR x NR of C is held in registers. Packing reads transposed operands in
 * place, so that all three layouts run the same inner loop. Each element of C is summed in the order of k.
 *
 * <p>Not thread-safe: holds the packing buffers. One instance per thread.
 */
final class Gemm {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    static final int MR = 6;
    static final int NR = 2 * LANES.length();
    private static final int MC = 96, KC = 256, NC = 1024;

    /** A row-major matrix inside an array; {@code stride} elements from row to row. */
    record Matrix(float[] values, int offset, int stride) {
        Matrix at(int row, int column) {
            return new Matrix(values, offset + row * stride + column, stride);
        }
    }

    private final float[] packedA = new float[MC * KC];
    private final float[] packedB = new float[KC * (NC + NR)];
    private final float[] tile = new float[MR * NR];

    /** C (m,n) = op(A) op(B), or C += when {@code accumulate}. */
    void multiply(MatmulLayout layout, Matrix c, Matrix a, Matrix b, int m, int n, int k, boolean accumulate) {
        for (int j = 0; j < n; j += NC) {
            int columns = Math.min(NC, n - j);
            for (int p = 0; p < k; p += KC) {
                int depth = Math.min(KC, k - p);
                packB(layout == MatmulLayout.ABT, b, p, j, depth, columns);
                for (int i = 0; i < m; i += MC) {
                    int rows = Math.min(MC, m - i);
                    packA(layout == MatmulLayout.ATB, a, i, p, rows, depth);
                    block(c.at(i, j), rows, columns, depth, accumulate || p > 0);
                }
            }
        }
    }

    /** Panels of MR rows, each [depth][MR]; missing rows are zero. */
    private void packA(boolean transposed, Matrix a, int row, int p, int rows, int depth) {
        int at = 0;
        for (int i = 0; i < rows; i += MR, at += MR * depth) {
            int present = Math.min(MR, rows - i);
            if (transposed) {
                for (int q = 0; q < depth; q++) {
                    int from = a.offset + (p + q) * a.stride + row + i;
                    for (int r = 0; r < MR; r++) packedA[at + q * MR + r] = r < present ? a.values[from + r] : 0;
                }
            } else {
                for (int r = 0; r < MR; r++) {
                    int from = a.offset + (row + i + r) * a.stride + p;
                    if (r < present) for (int q = 0; q < depth; q++) packedA[at + q * MR + r] = a.values[from + q];
                    else for (int q = 0; q < depth; q++) packedA[at + q * MR + r] = 0;
                }
            }
        }
    }

    /** Panels of NR columns, each [depth][NR]; missing columns are zero. */
    private void packB(boolean transposed, Matrix b, int p, int column, int depth, int columns) {
        int at = 0;
        for (int j = 0; j < columns; j += NR, at += NR * depth) {
            int present = Math.min(NR, columns - j);
            if (transposed) {
                for (int r = 0; r < NR; r++) {
                    int from = b.offset + (column + j + r) * b.stride + p;
                    if (r < present) for (int q = 0; q < depth; q++) packedB[at + q * NR + r] = b.values[from + q];
                    else for (int q = 0; q < depth; q++) packedB[at + q * NR + r] = 0;
                }
            } else {
                for (int q = 0; q < depth; q++) {
                    int from = b.offset + (p + q) * b.stride + column + j;
                    System.arraycopy(b.values, from, packedB, at + q * NR, present);
                    java.util.Arrays.fill(packedB, at + q * NR + present, at + (q + 1) * NR, 0);
                }
            }
        }
    }

    private void block(Matrix c, int rows, int columns, int depth, boolean accumulate) {
        for (int j = 0; j < columns; j += NR)
            for (int i = 0; i < rows; i += MR) {
                int height = Math.min(MR, rows - i), width = Math.min(NR, columns - j);
                int a = i * depth, b = j * depth, at = c.offset + i * c.stride + j;
                if (height == MR && width == NR)
                    tile(packedA, a, packedB, b, depth, c.values, at, c.stride, accumulate);
                else {
                    tile(packedA, a, packedB, b, depth, tile, 0, NR, false);
                    for (int r = 0; r < height; r++)
                        for (int s = 0; s < width; s++)
                            c.values[at + r * c.stride + s] =
                                    tile[r * NR + s] + (accumulate ? c.values[at + r * c.stride + s] : 0);
                }
            }
    }

    /**
     * The inner loop: 6 rows by 2 vectors of C in registers, which with two vectors of B and one of A fill the 16 registers of
     * AVX2. Names are c, row, half.
     */
    private static void tile(
            float[] a, int ai, float[] b, int bi, int depth, float[] c, int ci, int stride, boolean accumulate) {
        int lanes = LANES.length();
        FloatVector zero = FloatVector.zero(LANES);
        FloatVector c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
        FloatVector c40 = zero, c41 = zero, c50 = zero, c51 = zero;
        for (int q = 0; q < depth; q++) {
            FloatVector b0 = FloatVector.fromArray(LANES, b, bi), b1 = FloatVector.fromArray(LANES, b, bi + lanes);
            FloatVector x = FloatVector.broadcast(LANES, a[ai]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(LANES, a[ai + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(LANES, a[ai + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(LANES, a[ai + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(LANES, a[ai + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(LANES, a[ai + 5]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            ai += MR;
            bi += NR;
        }
        store(c00, c01, c, ci, accumulate);
        store(c10, c11, c, ci + stride, accumulate);
        store(c20, c21, c, ci + 2 * stride, accumulate);
        store(c30, c31, c, ci + 3 * stride, accumulate);
        store(c40, c41, c, ci + 4 * stride, accumulate);
        store(c50, c51, c, ci + 5 * stride, accumulate);
    }

    private static void store(FloatVector left, FloatVector right, float[] c, int at, boolean accumulate) {
        int lanes = LANES.length();
        if (accumulate) {
            left = left.add(FloatVector.fromArray(LANES, c, at));
            right = right.add(FloatVector.fromArray(LANES, c, at + lanes));
        }
        left.intoArray(c, at);
        right.intoArray(c, at + lanes);
    }
}
