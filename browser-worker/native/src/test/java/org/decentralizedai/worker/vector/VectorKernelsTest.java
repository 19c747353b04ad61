package org.decentralizedai.worker.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Expectation;
import org.decentralizedai.kernels.KernelExpectations;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.SplitMix64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class VectorKernelsTest {

    static List<Expectation> expectations() {
        return KernelExpectations.all();
    }

    @ParameterizedTest
    @MethodSource("expectations")
    void everyExpectation_isMet(Expectation expectation) {
        try (var kernels = new VectorKernels(2)) {
            assertThat(expectation.error(kernels, 1)).matches(expectation::met, expectation.name());
        }
    }

    /** Larger than the packing blocks in every direction. */
    @ParameterizedTest
    @EnumSource
    void matmul_oneThreadOrTwo_sameBits(MatmulLayout layout) {
        int m = 205, n = 1100, k = 530;
        Shape a = layout == MatmulLayout.ATB ? Shape.of(k, m) : Shape.of(m, k);
        Shape b = layout == MatmulLayout.ABT ? Shape.of(n, k) : Shape.of(k, n);
        List<float[]> products = IntStream.of(1, 2, 3)
                .mapToObj(threads -> {
                    try (var kernels = new VectorKernels(threads)) {
                        Tensor c = kernels.allocate(Shape.of(m, n));
                        kernels.matmul(layout, c, random(kernels, a, 1), random(kernels, b, 2), false);
                        return kernels.read(c);
                    }
                })
                .toList();
        assertThat(products.get(1)).isEqualTo(products.get(0));
        assertThat(products.get(2)).isEqualTo(products.get(0));
    }

    /** Longer than a block of queries, so that blocks see different numbers of keys. */
    @Test
    void attention_oneThreadOrTwo_sameBits() {
        var shape = new AttentionShape(2, 150, 4, 2, 16);
        List<float[]> outputs = IntStream.of(1, 2)
                .mapToObj(threads -> {
                    try (var kernels = new VectorKernels(threads)) {
                        Tensor out = kernels.allocate(shape.query());
                        Tensor q = random(kernels, shape.query(), 1), k = random(kernels, shape.keyValue(), 2);
                        Tensor v = random(kernels, shape.keyValue(), 3);
                        kernels.attention(out, kernels.allocate(shape.perHead()), q, k, v, shape);
                        return kernels.read(out);
                    }
                })
                .toList();
        assertThat(outputs.get(1)).isEqualTo(outputs.get(0));
    }

    private static Tensor random(VectorKernels kernels, Shape shape, long seed) {
        var random = new SplitMix64(seed);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) values[i] = (float) random.nextNormal();
        Tensor tensor = kernels.allocate(shape);
        kernels.upload(tensor, values);
        return tensor;
    }
}
