package org.decentralizedai.worker.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Arena;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.DecoderMemory;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.LogitTiles;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.model.SplitMix64;
import org.junit.jupiter.api.Test;

/** Gradients in f32 with the logits of some rows at a time against those with all. */
class LogitTilesTest {
    private static final ModelConfig MODEL = new ModelConfig(600, 32, 2, 2, 1, 16, 44, 48, 10_000, 1e-5, true);
    private static final ParameterLayout LAYOUT = ParameterLayout.of(MODEL);
    private static final int BATCH = 4, ROWS = BATCH * 48;

    private record Result(float[] losses, float[] gradients) {}

    @Test
    void gradient_logitsInTiles_isThatOfOneTile() {
        Result whole = result(ROWS);
        for (int tile : new int[] {64, 100, 128}) {
            Result parts = result(tile);
            assertThat(RelativeError.l2(parts.losses, whole.losses)).isLessThan(1e-6);
            assertThat(RelativeError.l2(parts.gradients, whole.gradients)).isLessThan(1e-6);
        }
    }

    private static Result result(int tile) {
        try (Kernels kernels = new VectorKernels(2)) {
            Parameters weights = Parameters.allocate(kernels, LAYOUT), gradients = Parameters.allocate(kernels, LAYOUT);
            float[] packed = Initializer.weights(LAYOUT, 3);
            int at = 0;
            for (Tensor view : weights.views()) {
                kernels.upload(view, Arrays.copyOfRange(packed, at, at + view.size()));
                at += view.size();
            }
            var tiles = new LogitTiles(ROWS, tile);
            var memory = DecoderMemory.take(new Arena(kernels), MODEL, BATCH, 48, Keeping.ALL, tiles);
            var decoder = new Decoder(kernels, MODEL, memory, weights, gradients);
            Tokens inputs = tokens(kernels, 1), targets = tokens(kernels, 2);
            float[] losses = kernels.read(decoder.gradient(inputs, targets, 1.0 / ROWS));
            return new Result(losses, gradients.read(kernels));
        }
    }

    private static Tokens tokens(Kernels kernels, long seed) {
        var random = new SplitMix64(seed);
        int[] ids = new int[ROWS];
        for (int i = 0; i < ROWS; i++) ids[i] = random.nextInt(MODEL.vocabulary());
        Tokens tokens = kernels.allocateTokens(ROWS, MODEL.vocabulary());
        kernels.upload(tokens, ids);
        return tokens;
    }
}
