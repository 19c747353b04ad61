package org.decentralizedai.server.calibrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * An update that a browser has computed, of a task that can be made again from its number: a model of 16,000 parameters, so that
 * recordings fit a source tree.
 *
 * @param device that computed it, as its file says: DEVICE-TASK.f32, little-endian
 */
public record Recording(String device, int task, Update update) {
    public static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 24, 2, 3, 1, 8, 48, 32, 10_000, 1e-5, true);
    public static final LocalSteps STEPS = new LocalSteps(8, 2, 2, 32, 1e-2, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);

    private static final int WINDOWS = 64;
    private static final Sha256 SHARD = new Sha256("0".repeat(64));

    /** Values in layout order. Not a record: arrays have no content equality. */
    public static final class Update {
        private final float[] values;

        public Update(float[] values) {
            this.values = values;
        }

        float[] values() {
            return values;
        }
    }

    /** The weights that task number {@code task} starts from: those of a run of this length, by the auditor's kernels. */
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

    /** How near it is to what the auditor computes. */
    public Agreement agreement(UpdateEncoding form) {
        return Agreement.of(form, expected(task, weights(task)), UpdateCodec.encode(form, update.values()));
    }

    List<Pair> pairs(List<UpdateEncoding> forms) {
        return forms.stream()
                .map(form -> new Pair(device, true, form, task, agreement(form)))
                .toList();
    }

    /** Those of a folder. */
    static List<Recording> all(Path folder) {
        try (var files = Files.list(folder)) {
            var recordings = new ArrayList<Recording>();
            for (Path file : files.filter(file -> file.toString().endsWith(".f32"))
                    .sorted()
                    .toList()) recordings.add(read(file));
            return recordings;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
    }

    private static Recording read(Path file) throws IOException {
        String[] name = file.getFileName().toString().split("[-.]");
        return new Recording(name[0], Integer.parseInt(name[1]), new Update(Packed.values(Files.readAllBytes(file))));
    }
}
