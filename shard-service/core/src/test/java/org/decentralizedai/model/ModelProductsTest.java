package org.decentralizedai.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelProductsTest {
    /** Counts the products that really are made. */
    private static Kernels counting(Map<ProductShape, Integer> counts) {
        var reference = new ReferenceKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (_, method, arguments) -> {
                    if (method.getName().equals("matmul"))
                        counts.merge(
                                ProductShape.of(
                                        (MatmulLayout) arguments[0], (Tensor) arguments[2], (Tensor) arguments[3]),
                                1,
                                Integer::sum);
                    try {
                        return method.invoke(reference, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The larger one's logits come in tiles of 64, 64 and 2 rows. */
    @ParameterizedTest
    @CsvSource({"11, 10", "65536, 130"})
    void of_model_areTheProductsOfAForwardAndBackward(int vocabulary, int rows) {
        var config = new ModelConfig(vocabulary, 8, 3, 4, 2, 4, 12, 5, 10_000, 1e-5, true);
        var made = new HashMap<ProductShape, Integer>();
        Kernels kernels = counting(made);
        var layout = ParameterLayout.of(config);
        var weights = Parameters.allocate(kernels, layout);
        var gradients = Parameters.allocate(kernels, layout);
        var decoder = new Decoder(kernels, config, rows / 5, 5, weights, gradients);
        Tokens tokens = kernels.allocateTokens(rows, vocabulary);
        kernels.upload(tokens, new int[rows]);
        decoder.gradient(tokens, tokens, 0.1);
        assertThat(ModelProducts.of(config, rows)).containsExactlyInAnyOrderEntriesOf(made);
    }

    @Test
    void forward_ofARow_areTheProductsOfAToken() {
        var config = new ModelConfig(11, 8, 3, 4, 2, 4, 12, 5, 10_000, 1e-5, true);
        var made = new HashMap<ProductShape, Integer>();
        Kernels kernels = counting(made);
        var weights = Parameters.allocate(kernels, ParameterLayout.of(config));
        new Generation(kernels, config, 5, weights).append(1);
        assertThat(ModelProducts.forward(config, 1)).containsExactlyInAnyOrderEntriesOf(made);
    }
}
