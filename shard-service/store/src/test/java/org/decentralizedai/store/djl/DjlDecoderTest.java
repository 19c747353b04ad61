package org.decentralizedai.store.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PyTorch and our kernels, written independently of each other, agree. */
class DjlDecoderTest {
    private static final int BATCH = 2;

    static Stream<ModelConfig> models() {
        return Stream.of(Models.GROUPED_TIED, Models.PLAIN_UNTIED, Models.ONE_KEY_HEAD);
    }

    /** Our implementation, on the reference kernels. */
    private static final class Ours {
        final ReferenceKernels kernels = new ReferenceKernels();
        final ModelConfig config;
        final Parameters gradients;
        final Decoder decoder;
        final Tokens inputs, targets;

        Ours(ModelConfig config, int context) {
            this.config = config;
            ParameterLayout layout = ParameterLayout.of(config);
            Parameters weights = Parameters.allocate(kernels, layout);
            gradients = Parameters.allocate(kernels, layout);
            weights.upload(kernels, packed(Models.weights(config)), 0);
            decoder = new Decoder(kernels, config, BATCH, context, weights, gradients);
            inputs = kernels.allocateTokens(BATCH * context, config.vocabulary());
            targets = kernels.allocateTokens(BATCH * context, config.vocabulary());
            kernels.upload(inputs, Models.tokens(config, BATCH * context, 1));
            kernels.upload(targets, Models.tokens(config, BATCH * context, 2));
        }

        private static byte[] packed(float[] values) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            return bytes.array();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void logits_anyModel_equalOurs(ModelConfig config) {
        for (int context : List.of(1, config.context() - 2, config.context())) {
            var ours = new Ours(config, context);
            float[] expected = ours.kernels.read(ours.decoder.forward(ours.inputs));
            try (var theirs = new DjlDecoder(config, Models.weights(config));
                    var scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                long[] ids = Models.longs(Models.tokens(config, BATCH * context, 1));
                float[] logits = theirs.logits(theirs.forward(theirs.tokens(ids, BATCH), null))
                        .toFloatArray();
                assertThat(RelativeError.l2(logits, expected)).isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradients_anyModel_equalOurs(ModelConfig config) {
        int context = config.context(), rows = BATCH * context;
        var ours = new Ours(config, context);
        float[] expectedLosses = ours.kernels.read(ours.decoder.gradient(ours.inputs, ours.targets, 1.0 / rows));

        try (var theirs = new DjlDecoder(config, Models.weights(config))) {
            for (Parameter p : ParameterLayout.of(config).parameters())
                theirs.weights().get(p.name()).setRequiresGradient(true);
            NDArray inputs = theirs.tokens(Models.longs(Models.tokens(config, rows, 1)), BATCH);
            NDArray targets = theirs.tokens(Models.longs(Models.tokens(config, rows, 2)), BATCH);
            try (var collector = Engine.getInstance().newGradientCollector()) {
                NDArray losses = theirs.losses(inputs, targets);
                assertThat(RelativeError.l2(losses.toFloatArray(), expectedLosses))
                        .isLessThan(1e-5);
                collector.backward(losses.mean());
            }
            Map<String, Double> errors = new LinkedHashMap<>();
            for (Parameter p : ParameterLayout.of(config).parameters()) {
                float[] expected = theirs.weights().get(p.name()).getGradient().toFloatArray();
                errors.put(p.name(), RelativeError.l2(ours.kernels.read(ours.gradients.get(p.name())), expected));
            }
            assertThat(errors)
                    .allSatisfy((name, error) -> assertThat(error).as(name).isLessThan(1e-4));
        }
    }

    @Test
    void close_afterForwardPasses_noArrayLeftOver() {
        try (var decoder = new DjlDecoder(Models.GROUPED_TIED, Models.weights(Models.GROUPED_TIED))) {
            int before = decoder.manager().getManagedArrays().size();
            for (int i = 0; i < 20; i++)
                try (var scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    decoder.losses(decoder.tokens(new long[] {1, 2}, 1), decoder.tokens(new long[] {2, 3}, 1));
                }
            assertThat(decoder.manager().getManagedArrays()).hasSize(before);
        }
    }
}
