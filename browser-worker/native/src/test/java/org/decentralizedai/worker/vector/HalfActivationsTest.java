package org.decentralizedai.worker.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Precision;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.MemoryPlan;
import org.decentralizedai.worker.TaskShape;
import org.decentralizedai.worker.TaskWindows;
import org.junit.jupiter.api.Test;

/** What rounding activations to halves does to an update of eight steps. */
class HalfActivationsTest {
    private static final ModelConfig MODEL = ModelConfig.nano();
    private static final LocalSteps EXACT = new LocalSteps(8, 8, 4, 64, 3e-3, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final LocalSteps ROUNDED = EXACT.withActivations(Precision.F16);

    /**
     * A half is wrong by 2⁻¹², 2.4e-4, at most. Seen: 2.8e-4 and 1 - 4e-8; without rounding twice the same task differs by 3e-6,
     * as the JVM's vector exp rounds otherwise once it is compiled.
     */
    @Test
    void update_keptAsHalves_isCloseToTheExactOne() {
        float[] exact = update(EXACT, Keeping.ALL), rounded = update(ROUNDED, Keeping.HALVES);
        assertThat(relativeL2(rounded, exact)).isBetween(3e-5, 1e-3);
        assertThat(cosine(rounded, exact)).isGreaterThan(0.999999);
    }

    /** A device that keeps nothing rounds too. */
    @Test
    void update_roundedButNotKept_isThatOfHalves() {
        float[] halves = update(ROUNDED, Keeping.HALVES), nothing = update(ROUNDED, Keeping.NOTHING_AS_HALVES);
        assertThat(relativeL2(nothing, halves)).isLessThan(3e-5);
    }

    private static float[] update(LocalSteps steps, Keeping keeping) {
        try (var kernels = new VectorKernels(1)) {
            var training = new LocalTraining(kernels, MemoryPlan.of(TaskShape.of(MODEL, steps), keeping));
            training.load(weights(), 0);
            return training.run(steps, windows()).update();
        }
    }

    private static byte[] weights() {
        float[] weights = Initializer.weights(ParameterLayout.of(MODEL), 1);
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(weights);
        return bytes.array();
    }

    /** Of letters that follow one another, so that there is something to learn. */
    private static TaskWindows windows() {
        var random = new SplitMix64(2);
        ByteBuffer shard = ByteBuffer.allocate(2 * (EXACT.tokens() + 1)).order(ByteOrder.LITTLE_ENDIAN);
        for (int letter = 0; shard.hasRemaining(); letter = (letter + 1 + random.nextInt(3)) % 26)
            shard.putShort((short) ('a' + letter));
        return new TaskWindows(
                shard.array(), new CorpusWindows(Sha256.of(new byte[32]), 1, 0, EXACT.windows()), EXACT.context());
    }

    private static double relativeL2(float[] actual, float[] expected) {
        double difference = 0;
        for (int i = 0; i < expected.length; i++) difference += Math.pow((double) actual[i] - expected[i], 2);
        return Math.sqrt(difference / product(expected, expected));
    }

    private static double cosine(float[] a, float[] b) {
        return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    }

    private static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += (double) a[i] * b[i];
        return sum;
    }
}
