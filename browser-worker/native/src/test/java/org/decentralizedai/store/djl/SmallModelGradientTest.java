package org.decentralizedai.store.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Arena;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.DecoderMemory;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.worker.vector.VectorKernels;
import org.junit.jupiter.api.Test;

/**
 * One micro-batch of the whole {@code small} model at its whole context, with recomputed activations, against PyTorch's
 * autograd. Lies in this package for {@link DjlDecoder}.
 */
class SmallModelGradientTest {
    private static final ModelConfig SMALL = ModelConfig.small();
    private static final int ROWS = SMALL.context();
    private static final ParameterLayout LAYOUT = ParameterLayout.of(SMALL);

    /** @param all in the layout's order */
    private record Gradients(double meanLoss, List<float[]> all) {
        /** Greatest |a - b| / |b| of a parameter's gradient. */
        double worstError(Gradients expected) {
            double worst = 0;
            for (int i = 0; i < all.size(); i++)
                worst = Math.max(worst, RelativeError.l2(all.get(i), expected.all.get(i)));
            return worst;
        }
    }

    @Test
    void gradients_oneWindow_equalPyTorchs() {
        float[] weights = weights();
        int[] inputs = tokens(1), targets = tokens(2);
        Gradients recomputed = ours(weights, inputs, targets, Keeping.NOTHING),
                theirs = theirs(weights, inputs, targets);
        assertThat(Math.abs(recomputed.meanLoss - theirs.meanLoss)).isLessThan(1e-5 * theirs.meanLoss);
        assertThat(recomputed.worstError(theirs)).isLessThan(1e-4);

        // not to the bit: the JVM's vector exp rounds otherwise once it is compiled. DecoderTest asks for every bit
        Gradients kept = ours(weights, inputs, targets, Keeping.ALL);
        assertThat(kept.worstError(recomputed)).isLessThan(1e-4);

        Gradients rounded = ours(weights, inputs, targets, Keeping.HALVES);
        assertThat(Math.abs(rounded.meanLoss - theirs.meanLoss)).isLessThan(1e-5 * theirs.meanLoss);
        assertThat(rounded.worstError(theirs)).isBetween(1e-5, 1e-3);
    }

    private static Gradients ours(float[] weights, int[] inputs, int[] targets, Keeping keeping) {
        try (var kernels = new VectorKernels()) {
            Parameters theta = Parameters.allocate(kernels, LAYOUT), gradients = Parameters.allocate(kernels, LAYOUT);
            var packed = ByteBuffer.allocate(Float.BYTES * weights.length).order(ByteOrder.LITTLE_ENDIAN);
            packed.asFloatBuffer().put(weights);
            theta.upload(kernels, packed.array(), 0);
            var memory = DecoderMemory.take(new Arena(kernels), SMALL, 1, ROWS, keeping);
            var decoder = new Decoder(kernels, SMALL, memory, theta, gradients);
            Tokens in = kernels.allocateTokens(ROWS, SMALL.vocabulary());
            Tokens out = kernels.allocateTokens(ROWS, SMALL.vocabulary());
            kernels.upload(in, inputs);
            kernels.upload(out, targets);
            double sum = 0;
            for (float loss : kernels.read(decoder.gradient(in, out, 1.0 / ROWS))) sum += loss;
            List<float[]> all = new ArrayList<>();
            for (Parameter p : LAYOUT.parameters()) all.add(kernels.read(gradients.get(p.name())));
            return new Gradients(sum / ROWS, all);
        }
    }

    private static Gradients theirs(float[] weights, int[] inputs, int[] targets) {
        try (var decoder = new DjlDecoder(SMALL, weights)) {
            for (Parameter p : LAYOUT.parameters())
                decoder.weights().get(p.name()).setRequiresGradient(true);
            double mean;
            try (var collector = Engine.getInstance().newGradientCollector()) {
                NDArray loss = decoder.losses(decoder.tokens(longs(inputs), 1), decoder.tokens(longs(targets), 1))
                        .mean();
                collector.backward(loss);
                mean = loss.getFloat();
            }
            List<float[]> all = new ArrayList<>();
            for (Parameter p : LAYOUT.parameters())
                all.add(decoder.weights().get(p.name()).getGradient().toFloatArray());
            return new Gradients(mean, all);
        }
    }

    /** Other than a run's first weights, so that attention is not uniform and norms differ from 1. */
    private static float[] weights() {
        float[] weights = Initializer.weights(LAYOUT, 11);
        var random = new SplitMix64(12);
        for (int i = 0; i < weights.length; i++) weights[i] = (float) (1.25 * weights[i] + 0.01 * random.nextNormal());
        return weights;
    }

    private static int[] tokens(long seed) {
        var random = new SplitMix64(seed);
        int[] ids = new int[ROWS];
        for (int i = 0; i < ids.length; i++) ids[i] = random.nextInt(SMALL.vocabulary());
        return ids;
    }

    private static long[] longs(int[] ids) {
        long[] longs = new long[ids.length];
        for (int i = 0; i < ids.length; i++) longs[i] = ids[i];
        return longs;
    }
}
