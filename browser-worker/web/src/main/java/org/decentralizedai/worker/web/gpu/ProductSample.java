package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.model.SplitMix64;

/** Operands between -1 and 1, and some entries of their product in double precision: enough to find out a wrong kernel. */
final class ProductSample {
    private static final int ENTRIES = 64;
    private static final double TOLERANCE = 1e-5; // relative, L2, as KernelExpectations has it

    private final ProductShape shape;
    private final float[] a, b;

    ProductSample(ProductShape shape) {
        this.shape = shape;
        var random = new SplitMix64(shape.hashCode());
        a = values(random, shape.m() * shape.k());
        b = values(random, shape.k() * shape.n());
    }

    private static float[] values(SplitMix64 random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (int) (random.nextLong() >> 40) / (float) (1 << 23);
        return values;
    }

    float[] a() {
        return a;
    }

    float[] b() {
        return b;
    }

    /** @param c (m,n) as a kernel computed it */
    boolean agrees(float[] c) {
        var places = new SplitMix64(shape.m());
        float[] actual = new float[ENTRIES], expected = new float[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            int row = below(places, shape.m()), column = below(places, shape.n());
            actual[i] = c[row * shape.n() + column];
            expected[i] = (float) entry(row, column);
        }
        return RelativeError.l2(actual, expected) <= TOLERANCE;
    }

    private static int below(SplitMix64 random, int bound) {
        return (int) ((random.nextLong() >>> 33) % bound);
    }

    private double entry(int row, int column) {
        boolean turnedA = shape.layout() == MatmulLayout.ATB, turnedB = shape.layout() == MatmulLayout.ABT;
        double sum = 0;
        for (int p = 0; p < shape.k(); p++) {
            double x = turnedA ? a[p * shape.m() + row] : a[row * shape.k() + p];
            double y = turnedB ? b[column * shape.k() + p] : b[p * shape.n() + column];
            sum += x * y;
        }
        return sum;
    }
}
