package org.decentralizedai.worker.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.decentralizedai.kernels.MatmulLayout;
import org.jspecify.annotations.Nullable;

/**
 * Matrix product of f32, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): B is packed
 * into panels of {@link #NR} columns, each of which stays in the L1 cache while it meets {@link #MC} rows of A that stay in
 * L2, for {@link #KC} steps of k; a tile of MR x NR of C is held in registers. Each element of C is summed in the order of k,
 * whoever computes it: results do not depend on the threads.
 *
 * <p>What differs from the paper:
 * <ul>
 * <li>The tile is 3 rows by 3 vectors, not the 6 by 2 that just fills AVX2's 16 registers: C2 loads the broadcast values of
 * A ahead, 6 by 2 then needs a 17th register, and one sum that goes through memory in every step halves the speed (42
 * against 82 GFLOP/s on a Zen 2 core). Nine sums still keep two pipes of latency 5 busy for nine tenths of the time.
 * <li>A is read where it lies when its rows are contiguous in k: a tile reads three streams. Only a transposed A is copied.
 * <li>All threads pack a part of B, then share it.
 * </ul>
 *
 * <p>Driven by one thread: holds the packing buffers.
 */
final class Gemm {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int V = LANES.length();
    private static final int MR = 3, NR = 3 * V;
    private static final int MC = 96, KC = 256, NC = 64 * NR;
    /** From row to row of a packed A: not a power of two, which would put all rows into the same few sets of the cache. */
    private static final int LDA = KC + 16;
    /** Multiply-adds, or elements to pack, below which a second thread costs more than it brings. */
    private static final int WORTH_A_THREAD = 1 << 16, WORTH_PACKING = 1 << 11;

    /** A row-major matrix inside an array; {@code stride} elements from row to row. */
    record Matrix(float[] values, int offset, int stride) {
        Matrix at(int row, int column) {
            return new Matrix(values, offset + row * stride + column, stride);
        }
    }

    private final Cores cores;
    private final ThreadLocal<float[]> packedA = ThreadLocal.withInitial(() -> new float[MC * LDA]);
    private final ThreadLocal<float[]> tiles = ThreadLocal.withInitial(() -> new float[MR * NR]);
    private float[] packedB = new float[0];

    Gemm(Cores cores) {
        this.cores = cores;
    }

    /**
     * C (m,n) = op(A) op(B).
     *
     * @param addend (m,n) that the product is added to, C itself or with a stride of 0 where every row is the same; null for none
     */
    void multiply(MatmulLayout layout, Matrix c, Matrix a, Matrix b, int m, int n, int k, @Nullable Matrix addend) {
        for (int j = 0; j < n; j += NC) {
            int columns = Math.min(NC, n - j);
            for (int p = 0; p < k; p += KC) {
                int depth = Math.min(KC, k - p);
                packB(layout == MatmulLayout.ABT ? b.at(j, p) : b.at(p, j), layout == MatmulLayout.ABT, depth, columns);
                boolean transposed = layout == MatmulLayout.ATB;
                Matrix before = p > 0 ? c : addend; // what the sums so far are in
                blocks(
                        c.at(0, j),
                        transposed ? a.at(p, 0) : a.at(0, p),
                        transposed,
                        m,
                        columns,
                        depth,
                        before == null ? null : before.at(0, j));
            }
        }
    }

    /** Panels of NR columns, each [depth][NR]; missing columns are zero. */
    private void packB(Matrix b, boolean transposed, int depth, int columns) {
        int panels = (columns + NR - 1) / NR;
        if (packedB.length < panels * NR * depth) packedB = new float[panels * NR * KC];
        cores.split(panels, WORTH_PACKING / (NR * depth) + 1, 1, (from, to) -> {
            for (int panel = from; panel < to; panel++) {
                int j = panel * NR, present = Math.min(NR, columns - j), at = j * depth;
                if (transposed) transposePanel(b.at(j, 0), at, depth, present);
                else copyPanel(b.at(0, j), at, depth, present);
            }
        });
    }

    private void copyPanel(Matrix b, int at, int depth, int present) {
        float[] packed = packedB, values = b.values;
        for (int q = 0; q < depth; q++, at += NR) {
            int from = b.offset + q * b.stride;
            if (present == NR) {
                for (int r = 0; r < NR; r += V)
                    FloatVector.fromArray(LANES, values, from + r).intoArray(packed, at + r);
            } else {
                System.arraycopy(values, from, packed, at, present);
                java.util.Arrays.fill(packed, at + present, at + NR, 0);
            }
        }
    }

    private void transposePanel(Matrix b, int at, int depth, int present) {
        float[] packed = packedB, values = b.values;
        for (int r = 0; r < NR; r++) {
            int from = b.offset + r * b.stride;
            if (r < present) for (int q = 0; q < depth; q++) packed[at + r + q * NR] = values[from + q];
            else for (int q = 0; q < depth; q++) packed[at + r + q * NR] = 0;
        }
    }

    /** All of C for the packed part of B; by rows, or by panels when there are few rows. */
    private void blocks(
            Matrix c, Matrix a, boolean transposed, int m, int columns, int depth, @Nullable Matrix addend) {
        int panels = (columns + NR - 1) / NR;
        if (m >= panels * MR) {
            int least = (int) (WORTH_A_THREAD / ((long) columns * depth)) + 1;
            cores.split(m, least, MR, (from, to) -> rows(c, a, transposed, from, to, 0, columns, depth, addend));
        } else {
            int least = (int) (WORTH_A_THREAD / ((long) m * NR * depth)) + 1;
            cores.split(
                    panels,
                    least,
                    1,
                    (from, to) -> rows(c, a, transposed, 0, m, from * NR, Math.min(to * NR, columns), depth, addend));
        }
    }

    private void rows(
            Matrix c,
            Matrix a,
            boolean transposed,
            int from,
            int to,
            int first,
            int end,
            int depth,
            @Nullable Matrix addend) {
        float[] sums = tiles.get();
        for (int i = from; i < to; i += MC) {
            int height = Math.min(MC, to - i);
            Matrix block = transposed ? packA(a.at(0, i), height, depth) : a.at(i, 0);
            for (int j = first; j < end; j += NR)
                for (int r = 0; r < height; r += MR) {
                    int rows = Math.min(MR, height - r), at = c.offset + (i + r) * c.stride + j;
                    tile(
                            sums,
                            block.values,
                            block.offset + r * block.stride,
                            block.stride,
                            rows,
                            packedB,
                            j * depth,
                            depth);
                    Matrix before = addend == null ? null : addend.at(i + r, j);
                    store(c.values, at, c.stride, sums, rows, Math.min(NR, end - j), before);
                }
        }
    }

    private Matrix packA(Matrix a, int rows, int depth) {
        float[] packed = packedA.get(), values = a.values;
        for (int q = 0; q < depth; q++) {
            int from = a.offset + q * a.stride;
            for (int i = 0; i < rows; i++) packed[q + i * LDA] = values[from + i];
        }
        return new Matrix(packed, 0, LDA);
    }

    /**
     * The inner loop: sums (MR,NR) = A (height,depth) B (depth,NR). Missing rows repeat the last one; names are c, row,
     * vector. It calls nothing of ours, and indices are linear in q: C2 then keeps all vectors in registers, and checks the
     * bounds once, before the loop.
     */
    private static void tile(float[] sums, float[] a, int a0, int stride, int height, float[] b, int b0, int depth) {
        int a1 = height > 1 ? a0 + stride : a0, a2 = height > 2 ? a1 + stride : a1;
        FloatVector zero = FloatVector.zero(LANES);
        FloatVector c00 = zero, c01 = zero, c02 = zero;
        FloatVector c10 = zero, c11 = zero, c12 = zero;
        FloatVector c20 = zero, c21 = zero, c22 = zero;
        for (int q = 0; q < depth; q++) {
            FloatVector left = FloatVector.fromArray(LANES, b, b0 + q * NR);
            FloatVector middle = FloatVector.fromArray(LANES, b, b0 + q * NR + V);
            FloatVector right = FloatVector.fromArray(LANES, b, b0 + q * NR + 2 * V);
            FloatVector x = FloatVector.broadcast(LANES, a[a0 + q]);
            c00 = x.fma(left, c00);
            c01 = x.fma(middle, c01);
            c02 = x.fma(right, c02);
            x = FloatVector.broadcast(LANES, a[a1 + q]);
            c10 = x.fma(left, c10);
            c11 = x.fma(middle, c11);
            c12 = x.fma(right, c12);
            x = FloatVector.broadcast(LANES, a[a2 + q]);
            c20 = x.fma(left, c20);
            c21 = x.fma(middle, c21);
            c22 = x.fma(right, c22);
        }
        c00.intoArray(sums, 0);
        c01.intoArray(sums, V);
        c02.intoArray(sums, 2 * V);
        c10.intoArray(sums, NR);
        c11.intoArray(sums, NR + V);
        c12.intoArray(sums, NR + 2 * V);
        c20.intoArray(sums, 2 * NR);
        c21.intoArray(sums, 2 * NR + V);
        c22.intoArray(sums, 2 * NR + 2 * V);
    }

    /** What of a tile lies inside C. */
    private static void store(
            float[] c, int at, int stride, float[] sums, int height, int width, @Nullable Matrix addend) {
        for (int r = 0; r < height; r++) {
            int to = at + r * stride, from = r * NR, s = 0;
            for (; s <= width - V; s += V) {
                FloatVector sum = FloatVector.fromArray(LANES, sums, from + s);
                if (addend != null)
                    sum = sum.add(FloatVector.fromArray(LANES, addend.values, addend.offset + r * addend.stride + s));
                sum.intoArray(c, to + s);
            }
            for (; s < width; s++)
                c[to + s] = addend == null
                        ? sums[from + s]
                        : addend.values[addend.offset + r * addend.stride + s] + sums[from + s];
        }
    }
}
