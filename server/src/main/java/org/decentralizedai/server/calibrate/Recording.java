package org.decentralizedai.server.calibrate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;

/**
 * An update that a browser has computed, of a task of a small model: 16,000 parameters, so that recordings fit a source tree. Data
 * and steps of the task can be made again from its number, its weights are kept.
 *
 * @param device that computed it, a name
 * @param weights that the task began from
 */
public record Recording(String device, int task, Values weights, Values update) {
    public static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 24, 2, 3, 1, 8, 48, 32, 10_000, 1e-5, true);
    public static final LocalSteps STEPS = new LocalSteps(8, 2, 2, 32, 1e-2, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);

    private static final int WINDOWS = 64;
    private static final Sha256 SHARD = new Sha256("0".repeat(64));

    /** In layout order. Not a record: arrays have no content equality. */
    public static final class Values {
        private final float[] values;

        public Values(float[] values) {
            this.values = values;
        }

        float[] values() {
            return values;
        }
    }

    /**
     * Weights that task number {@code task} may start from: those of a run of this length, by the auditor's kernels. Not the same
     * twice: their roundings change while the JVM compiles them, and with the processor, and grow from task to task
     * (docs/verification.md).
     */
    public static float[] weights(int task) {
        float[] weights = Initializer.weights(ParameterLayout.of(MODEL), 1);
        for (int before = 0; before < task; before++) {
            float[] update = expected(before, weights);
            for (int i = 0; i < weights.length; i++) weights[i] -= update[i];
        }
        return weights;
    }

    /** Token ids of the corpus: words of a small lexicon, so that there is something to learn. */
    public static byte[] shard() {
        var random = new SplitMix64(2);
        var words = List.of("the ", "whale ", "sea ", "of ", "a ", "union ", "state ", "and ", "ship ", "men ");
        int tokens = WINDOWS * STEPS.context() + 1;
        var text = new StringBuilder();
        while (text.length() < tokens) text.append(words.get(random.nextInt(words.size())));
        var shard = ByteBuffer.allocate(2 * tokens).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < tokens; i++) shard.putShort((short) text.charAt(i));
        return shard.array();
    }

    public static CorpusWindows windows(Sha256 shard, int task) {
        return new CorpusWindows(shard, task, 0, STEPS.windows());
    }

    private static float[] expected(int task, float[] weights) {
        try (Kernels kernels = Calculation.AUDITOR.kernels()) {
            var windows = new TaskWindows(shard(), windows(SHARD, task), STEPS.context());
            return LocalTraining.compute(kernels, MODEL, Packed.of(weights), 0, STEPS, windows)
                    .update();
        }
    }

    /** How near it is to what the auditor computes, in each of these forms. */
    public Map<UpdateEncoding, Agreement> agreements(List<UpdateEncoding> forms) {
        float[] expected = expected(task, weights.values());
        var agreements = new EnumMap<UpdateEncoding, Agreement>(UpdateEncoding.class);
        for (UpdateEncoding form : forms)
            agreements.put(form, Agreement.of(form, expected, UpdateCodec.encode(form, update.values())));
        return agreements;
    }

    List<Pair> pairs(List<UpdateEncoding> forms) {
        return agreements(forms).entrySet().stream()
                .map(each -> new Pair(device, true, each.getKey(), task, each.getValue()))
                .toList();
    }
}
