package org.decentralizedai.worker.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.Generation;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.model.SplitMix64;
import org.junit.jupiter.api.Test;

/** A growing sequence against the whole forward pass, in f32. */
class VectorGenerationTest {

    @Test
    void append_promptThenTokens_logitsOfTheWholeForward() {
        ModelConfig config = ModelConfig.nano();
        int context = config.context(), vocabulary = config.vocabulary();
        try (Kernels kernels = new VectorKernels(2)) {
            var random = new SplitMix64(3);
            Parameters weights = Parameters.allocate(kernels, ParameterLayout.of(config));
            for (Tensor view : weights.views()) kernels.upload(view, normals(view.size(), random));
            int[] ids = new int[context];
            for (int i = 0; i < context; i++) ids[i] = random.nextInt(vocabulary);
            Tokens inputs = kernels.allocateTokens(context, vocabulary);
            kernels.upload(inputs, ids);
            float[] whole = kernels.read(new Decoder(kernels, config, 1, context, weights, weights).forward(inputs));

            var generation = new Generation(kernels, config, context, weights);
            Tensor logits = generation.append(Arrays.copyOf(ids, 40));
            for (int i = 40; i < context; i++) {
                assertThat(kernels.read(logits))
                        .usingComparatorWithPrecision(1e-4f)
                        .as("before token %s", i)
                        .containsExactly(Arrays.copyOfRange(whole, (i - 1) * vocabulary, i * vocabulary));
                logits = generation.append(ids[i]);
            }
            assertThat(kernels.read(logits)[0]).isCloseTo(whole[(context - 1) * vocabulary], within(1e-4f));
        }
    }

    /** Of deviation 0.2, which makes logits of about 0.3. */
    private static float[] normals(int count, SplitMix64 random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float) (0.2 * random.nextNormal());
        return values;
    }
}
