package org.decentralizedai.worker.bench;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.worker.vector.VectorKernels;

/** Matrix products of {@link VectorKernels} against OpenBLAS, GFLOP/s. */
final class GemmBenchmark {
    /** C (m,n) with inner size k. */
    record Product(MatmulLayout layout, int m, int n, int k) {
        @Override
        public String toString() {
            return layout + " " + m + "x" + k + "x" + n;
        }

        double gigaflop() {
            return 2e-9 * m * n * k;
        }
    }

    private final OpenBlas blas;
    private final Rounds rounds;
    private final int threads;

    GemmBenchmark(OpenBlas blas, Rounds rounds, int threads) {
        this.blas = blas;
        this.rounds = rounds;
        this.threads = threads;
    }

    /** Squares, the MLP of a 384 wide model over 1024 tokens, and all kinds of products of a training step. */
    static List<Product> products() {
        var products = new ArrayList<Product>();
        for (int size : new int[] {256, 512, 1024})
            for (var layout : MatmulLayout.values()) products.add(new Product(layout, size, size, size));
        for (var layout : MatmulLayout.values()) products.add(new Product(layout, 1024, 1536, 384));
        products.addAll(ofStep(ModelConfig.tiny(), 12));
        products.addAll(ofStep(ModelConfig.nano(), 8));
        return products;
    }

    /** Forward, input gradient and weight gradient of a square projection, of the MLP and of the output layer. */
    private static List<Product> ofStep(ModelConfig config, int batch) {
        int rows = batch * config.context(), width = config.hidden();
        var products = new ArrayList<Product>();
        for (int out : new int[] {config.queryWidth(), config.intermediate(), config.vocabulary()}) {
            products.add(new Product(ABT, rows, out, width));
            products.add(new Product(AB, rows, width, out));
            products.add(new Product(ATB, out, width, rows));
        }
        return products;
    }

    void run(Product product) {
        int m = product.m, n = product.n, k = product.k;
        MatmulLayout layout = product.layout;
        float[] a = random(m * k, 1), b = random(k * n, 2);
        MemorySegment theirA = blas.matrix(a), theirB = blas.matrix(b), theirC = blas.matrix(new float[m * n]);
        try (var kernels = new VectorKernels(threads)) {
            Tensor ourA = kernels.allocate(layout == ATB ? Shape.of(k, m) : Shape.of(m, k));
            Tensor ourB = kernels.allocate(layout == ABT ? Shape.of(n, k) : Shape.of(k, n));
            Tensor ourC = kernels.allocate(Shape.of(m, n));
            kernels.upload(ourA, a);
            kernels.upload(ourB, b);
            var result = rounds.inTurn(
                    () -> kernels.matmul(layout, ourC, ourA, ourB, false),
                    () -> blas.multiply(layout, theirC, theirA, theirB, m, n, k));
            double difference = RelativeError.l2(kernels.read(ourC), theirC.toArray(ValueLayout.JAVA_FLOAT));
            if (!(difference < 1e-5)) throw new IllegalStateException(product + ": results differ by " + difference);
            result.line("native", "gemm " + product, "GFLOP/s", product.gigaflop(), threads, blas.name(), difference)
                    .print();
        }
    }

    private static float[] random(int count, long seed) {
        var random = new SplitMix64(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float) random.nextNormal();
        return values;
    }
}
