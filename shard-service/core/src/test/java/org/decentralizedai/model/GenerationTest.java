package org.decentralizedai.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Growing a sequence against the whole forward pass. */
class GenerationTest {
    private static final int CONTEXT = 13;

    static List<ModelConfig> configs() {
        return List.of(
                new ModelConfig(11, 8, 2, 4, 2, 4, 12, CONTEXT, 10_000, 1e-5, true),
                new ModelConfig(13, 12, 3, 3, 3, 4, 7, 20, 500, 1e-6, false));
    }

    private static final class Fixture {
        final ReferenceKernels kernels = new ReferenceKernels();
        final ModelConfig config;
        final Parameters weights;
        final int[] ids = new int[CONTEXT];
        final float[] whole; // logits (context, vocabulary)

        Fixture(ModelConfig config) {
            this.config = config;
            weights = Parameters.allocate(kernels, ParameterLayout.of(config));
            var random = new SplitMix64(5);
            for (Tensor view : weights.views())
                for (int i = 0; i < view.size(); i++) kernels.set(view, i, 0.5 * random.nextNormal());
            for (int i = 0; i < CONTEXT; i++) ids[i] = random.nextInt(config.vocabulary());
            var decoder = new Decoder(kernels, config, 1, CONTEXT, weights, weights);
            Tokens inputs = kernels.allocateTokens(CONTEXT, config.vocabulary());
            kernels.upload(inputs, ids);
            whole = kernels.read(decoder.forward(inputs));
        }

        Generation generation(int block) {
            return new Generation(kernels, config, CONTEXT, weights, block);
        }

        int[] ids(int from, int to) {
            return Arrays.copyOfRange(ids, from, to);
        }

        /** That the logits are row {@code position} of the whole forward pass's. */
        void expect(Tensor logits, int position) {
            assertThat(logits.shape()).isEqualTo(Shape.vector(config.vocabulary()));
            float[] actual = kernels.read(logits);
            int row = position * actual.length;
            float[] expected = Arrays.copyOfRange(whole, row, row + actual.length);
            assertThat(RelativeError.l2(actual, expected))
                    .as("position %s", position)
                    .isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void append_promptInBlocksThenTokens_logitsOfTheWholeForward(ModelConfig config) {
        var f = new Fixture(config);
        for (int block : new int[] {1, 3, 64}) {
            Generation generation = f.generation(block);
            f.expect(generation.append(f.ids(0, 7)), 6);
            for (int i = 7; i < CONTEXT; i++) f.expect(generation.append(f.ids[i]), i);
            assertThat(generation.length()).isEqualTo(CONTEXT);
            generation.free();
        }
    }

    @Test
    void append_afterTruncate_asIfTheRestHadNeverBeen() {
        var f = new Fixture(configs().getFirst());
        Generation generation = f.generation(4);
        generation.append(f.ids(0, 5));
        generation.append(1, 2, 3, 4);
        generation.truncate(5);
        f.expect(generation.append(f.ids(5, 9)), 8);
    }

    @Test
    void append_refused_changesNothing() {
        var f = new Fixture(configs().getFirst());
        Generation generation = f.generation(4);
        generation.append(f.ids(0, 12));
        assertThatThrownBy(() -> generation.append(1, 2)).hasMessageContaining("1..1 tokens");
        assertThatThrownBy(() -> generation.append(11)).hasMessageContaining("vocabulary: id=11");
        assertThatThrownBy(generation::append).hasMessageContaining("1..1 tokens");
        f.expect(generation.append(f.ids[12]), 12);
    }

    @Test
    void capacityBeyondTheModel_isRefused() {
        var f = new Fixture(configs().getFirst());
        assertThatThrownBy(() -> new Generation(f.kernels, f.config, CONTEXT + 1, f.weights))
                .hasMessageContaining("capacity must be in 1..13");
    }
}
