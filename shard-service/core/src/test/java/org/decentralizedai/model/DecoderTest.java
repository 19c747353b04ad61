package org.decentralizedai.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Backward against central differences of forward, in double precision, through the whole model. */
class DecoderTest {
    private static final int BATCH = 2, CONTEXT = 5;

    static List<ModelConfig> configs() {
        return List.of(
                new ModelConfig(11, 8, 2, 2, 1, 4, 12, CONTEXT, 10_000, 1e-5, true),
                new ModelConfig(13, 12, 1, 3, 3, 4, 7, 8, 500, 1e-6, false));
    }

    /** One model with random weights and tokens, and its mean loss as a function. */
    private static final class Fixture {
        final ReferenceKernels kernels = new ReferenceKernels();
        final Parameters weights, gradients;
        final Decoder decoder;
        final Tokens inputs, targets;

        Fixture(ModelConfig config) {
            this(config, Keeping.ALL);
        }

        Fixture(ModelConfig config, Keeping keeping) {
            this(config, keeping, new LogitTiles(BATCH * CONTEXT, BATCH * CONTEXT));
        }

        Fixture(ModelConfig config, Keeping keeping, LogitTiles tiles) {
            var layout = ParameterLayout.of(config);
            weights = Parameters.allocate(kernels, layout);
            gradients = Parameters.allocate(kernels, layout);
            var memory = DecoderMemory.take(new Arena(kernels), config, BATCH, CONTEXT, keeping, tiles);
            decoder = new Decoder(kernels, config, memory, weights, gradients);
            var random = new SplitMix64(7);
            for (Tensor view : weights.views())
                for (int i = 0; i < view.size(); i++) kernels.set(view, i, 0.5 * random.nextNormal());
            inputs = tokens(config, random);
            targets = tokens(config, random);
        }

        private Tokens tokens(ModelConfig config, SplitMix64 random) {
            int[] ids = new int[BATCH * CONTEXT];
            for (int i = 0; i < ids.length; i++) ids[i] = random.nextInt(config.vocabulary());
            Tokens tokens = kernels.allocateTokens(ids.length, config.vocabulary());
            kernels.upload(tokens, ids);
            return tokens;
        }

        double meanLoss() {
            return mean(decoder.losses(inputs, targets));
        }

        /** Adds to the gradients. @return mean loss */
        double gradient() {
            return mean(decoder.gradient(inputs, targets, 1.0 / decoder.rows()));
        }

        private double mean(Tensor losses) {
            double sum = 0;
            for (int i = 0; i < losses.size(); i++) sum += kernels.get(losses, i);
            return sum / decoder.rows();
        }

        double[] gradients() {
            return gradients.segments().stream()
                    .flatMapToDouble(
                            segment -> IntStream.range(0, segment.size()).mapToDouble(i -> kernels.get(segment, i)))
                    .toArray();
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void backward_everyParameter_matchesFiniteDifferences(ModelConfig config) {
        var f = new Fixture(config);
        assertThat(f.gradient()).isEqualTo(f.meanLoss());
        double h = 1e-5;
        for (Parameter p : f.weights.layout().parameters()) {
            Tensor w = f.weights.get(p.name()), dw = f.gradients.get(p.name());
            double difference = 0, norm = 0;
            for (int i = 0; i < p.size(); i++) {
                double value = f.kernels.get(w, i);
                f.kernels.set(w, i, value + h);
                double up = f.meanLoss();
                f.kernels.set(w, i, value - h);
                double down = f.meanLoss();
                f.kernels.set(w, i, value);
                double expected = (up - down) / (2 * h);
                difference += Math.pow(f.kernels.get(dw, i) - expected, 2);
                norm += expected * expected;
            }
            assertThat(norm).as("gradient of %s is not zero", p.name()).isPositive();
            assertThat(Math.sqrt(difference / norm)).as(p.name()).isLessThan(1e-7);
        }
    }

    @ParameterizedTest
    @CsvSource({"PRODUCTS, ALL", "NOTHING, ALL", "NOTHING_AS_HALVES, HALVES"})
    void backward_lessKept_changesNoBit(Keeping keeping, Keeping more) {
        assertThat(twoGradients(keeping)).isEqualTo(twoGradients(more));
    }

    /** Halves round by 2⁻¹², 2.4e-4, at most; they would be equal if nothing was rounded. */
    @Test
    void backward_keptAsHalves_isCloseToTheExactOne() {
        double[] exact = twoGradients(Keeping.ALL), rounded = twoGradients(Keeping.HALVES);
        double difference = 0, norm = 0;
        for (int i = 0; i < exact.length; i++) {
            difference += Math.pow(rounded[i] - exact[i], 2);
            norm += Math.pow(exact[i], 2);
        }
        assertThat(Math.sqrt(difference / norm)).isBetween(1e-6, 1e-3);
    }

    /** Of a batch twice, the second time over what the first has left. */
    private static double[] twoGradients(Keeping keeping) {
        var f = new Fixture(new ModelConfig(11, 8, 4, 2, 1, 4, 12, CONTEXT, 10_000, 1e-5, true), keeping);
        for (int i = 0; i < 2; i++) f.gradient();
        return f.gradients();
    }

    /** Rows 3, 3, 3 and 1: only sums over rows come in another order. */
    @ParameterizedTest
    @MethodSource("configs")
    void gradient_logitsInTiles_isThatOfOneTile(ModelConfig config) {
        var whole = new Fixture(config);
        var parts = new Fixture(config, Keeping.ALL, new LogitTiles(BATCH * CONTEXT, 3));
        assertThat(parts.gradient()).isEqualTo(whole.gradient());
        assertThat(parts.meanLoss()).isEqualTo(whole.meanLoss());
        assertThat(parts.gradients()).containsExactly(whole.gradients(), within(1e-13));
        assertThat(parts.gradients()).isNotEqualTo(new double[parts.gradients().length]);
        assertThatThrownBy(() -> parts.decoder.forward(parts.inputs)).hasMessageContaining("3 of 10 rows");
    }

    @ParameterizedTest
    @CsvSource({
        "10, 11, 10, 1",
        "2560, 264, 2560, 1",
        "15887, 264, 15887, 1",
        "15888, 264, 8000, 2",
        "2560, 8192, 512, 5",
        "4096, 8192, 512, 8",
        "1000, 8192, 512, 2",
        "130, 65536, 64, 3"
    })
    void tiles_ofRows_areEqualAndOfAtMost16MiB(int rows, int vocabulary, int tile, int count) {
        LogitTiles tiles = LogitTiles.of(rows, vocabulary);
        assertThat(tiles).isEqualTo(new LogitTiles(rows, tile));
        assertThat(tiles.count()).isEqualTo(count);
        assertThat(4L * tile * vocabulary).isLessThanOrEqualTo(16 << 20);
        assertThat(IntStream.range(0, count).map(tiles::size).sum()).isEqualTo(rows);
    }

    @Test
    void backward_twice_accumulates() {
        var f = new Fixture(configs().getFirst());
        f.gradient();
        float[] once = f.gradients.read(f.kernels);
        f.gradient();
        float[] twice = f.gradients.read(f.kernels);
        for (int i = 0; i < once.length; i++) assertThat(twice[i]).isCloseTo(2 * once[i], near(once[i]));
    }

    private static Offset<Float> near(float value) {
        return within(1e-6f + Math.abs(value) * 1e-5f);
    }

    @Test
    void forward_laterToken_doesNotChangeEarlierLogits() {
        var f = new Fixture(configs().getFirst());
        float[] before = f.kernels.read(f.decoder.forward(f.inputs));
        int[] ids = new int[BATCH * CONTEXT];
        ids[CONTEXT - 1] = 3;
        f.kernels.upload(f.targets, new int[BATCH * CONTEXT]);
        float[] zeros = f.kernels.read(f.decoder.forward(f.targets));
        f.kernels.upload(f.targets, ids);
        float[] changed = f.kernels.read(f.decoder.forward(f.targets));
        int vocabulary = configs().getFirst().vocabulary();
        int untouched = (CONTEXT - 1) * vocabulary;
        assertThat(java.util.Arrays.copyOf(changed, untouched)).isEqualTo(java.util.Arrays.copyOf(zeros, untouched));
        assertThat(changed).isNotEqualTo(zeros);
        assertThat(before).isNotEqualTo(zeros);
    }

    @Test
    void decoder_contextBeyondTheModel_isRefused() {
        var kernels = new ReferenceKernels();
        var config = configs().getFirst();
        var parameters = Parameters.allocate(kernels, ParameterLayout.of(config));
        assertThatThrownBy(() -> new Decoder(kernels, config, 1, CONTEXT + 1, parameters, parameters))
                .hasMessageContaining("context must be <= 5");
    }
}
