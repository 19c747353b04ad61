package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.teavm.jso.browser.Performance;

/** How fast a device multiplies matrices. */
public final class Speed {
    private static final int SIZE = 256;
    private static final double ENOUGH_MILLIS = 100;
    private static final int MOST_PRODUCTS = 4096;

    private Speed() {}

    /**
     * Billions of floating-point operations a second over products of 256x256 matrices, doubling their number until they
     * take long enough to be measured. Waits about 0.2 s.
     */
    public static double gigaflops(Kernels kernels) {
        Shape square = Shape.of(SIZE, SIZE);
        Tensor a = kernels.allocate(square), b = kernels.allocate(square), c = kernels.allocate(square);
        try {
            time(kernels, c, a, b, 1); // first use compiles
            int products = 1;
            double millis = time(kernels, c, a, b, products);
            while (millis < ENOUGH_MILLIS && products < MOST_PRODUCTS) {
                products *= 2;
                millis = time(kernels, c, a, b, products);
            }
            return 2.0 * SIZE * SIZE * SIZE * products / (millis * 1e6);
        } finally {
            kernels.free(a);
            kernels.free(b);
            kernels.free(c);
        }
    }

    private static double time(Kernels kernels, Tensor c, Tensor a, Tensor b, int products) {
        double start = Performance.now();
        for (int i = 0; i < products; i++) kernels.matmul(MatmulLayout.ABT, c, a, b, false);
        kernels.read(c.firstRows(1));
        return Performance.now() - start;
    }
}
