package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalResult;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;

/** One task of {@code nano} on a small corpus, what it needs, and what the reference on the JVM comes to. */
final class NanoTask {
    static final ModelConfig MODEL = ModelConfig.nano();
    static final LocalSteps STEPS = new LocalSteps(8, 8, 4, 64, 3e-3, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);
    static final LocalSteps SHORT = new LocalSteps(2, 2, 2, 32, 3e-3, 0, 0.9, 0.95, 1e-8, 0.1, 1.0);

    /** Bytes before the weights of a checkpoint. */
    static final int HEADER = 8;

    static final float[] WEIGHTS = Initializer.weights(ParameterLayout.of(MODEL), 1);
    static final byte[] CHECKPOINT = file(WEIGHTS);
    static final byte[] CORPUS = text(64 * 100);
    private static final UpdateForm EXACT = UpdateForm.whole(UpdateEncoding.F32);

    /** Of the task with {@link #STEPS}. */
    static final LocalResult EXPECTED = LocalTraining.compute(
            new ReferenceKernels(),
            MODEL,
            CHECKPOINT,
            HEADER,
            STEPS,
            new TaskWindows(CORPUS, windows(STEPS), STEPS.context()));

    private NanoTask() {}

    static byte[] file(float[] weights) {
        var file = ByteBuffer.allocate(HEADER + Float.BYTES * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(0);
        for (float weight : weights) file.putFloat(weight);
        return file.array();
    }

    /** Words of a small random lexicon, so that there is something to learn. */
    private static byte[] text(int tokens) {
        var random = new SplitMix64(2);
        var words = List.of("the ", "whale ", "sea ", "of ", "a ", "union ", "state ", "and ", "ship ", "men ");
        var text = new StringBuilder();
        while (text.length() < tokens) text.append(words.get(random.nextInt(words.size())));
        var shard = ByteBuffer.allocate(2 * tokens).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < tokens; i++) shard.putShort((short) text.charAt(i));
        return shard.array();
    }

    static CorpusWindows windows(LocalSteps steps) {
        return new CorpusWindows(Digests.of(CORPUS), 3, 0, steps.windows());
    }

    /** Of a device that chooses its kernels. */
    static GradientTask tuned(LocalSteps steps) {
        return task(1, steps, EXACT, List.of(), false);
    }

    /** By the standard kernels, as all that follow: nothing is measured before. */
    static GradientTask standard(long id) {
        return task(id, STEPS, EXACT, List.of(), true);
    }

    static GradientTask standard(long id, UpdateForm form, LocalSteps steps) {
        return task(id, steps, form, List.of(), true);
    }

    static GradientTask along(Sha256 secondMoment) {
        return task(1, STEPS, EXACT, List.of(secondMoment), true);
    }

    private static GradientTask task(
            long id, LocalSteps steps, UpdateForm form, List<Sha256> secondMoment, boolean auditable) {
        var weights = Digests.of(CHECKPOINT);
        return new GradientTask(
                new Lease(id, 1),
                0,
                weights,
                List.of(weights),
                List.of(),
                secondMoment,
                windows(steps),
                steps,
                form,
                auditable,
                600_000);
    }

    /** From the weights of a later round; short, as {@link #SHORT} is. */
    static GradientTask after(List<Hop> hops, byte[] file) {
        return new GradientTask(
                new Lease(1 + hops.size(), 1),
                hops.size(),
                Digests.of(file),
                List.of(Digests.of(file)),
                hops,
                List.of(),
                windows(SHORT),
                SHORT,
                EXACT,
                true,
                600_000);
    }

    static Map<String, byte[]> shards() {
        var shards = new HashMap<String, byte[]>();
        shards.put(Digests.of(CHECKPOINT).hex(), CHECKPOINT);
        shards.put(Digests.of(CORPUS).hex(), CORPUS);
        return shards;
    }

    static float[] decoded(byte[] update) {
        return UpdateCodec.decode(UpdateEncoding.F32, update, WEIGHTS.length);
    }

    static void assertExpected(byte[] update) {
        assertThat(RelativeError.l2(decoded(update), EXPECTED.update()))
                .isLessThanOrEqualTo(1e-3); // a cosine >= 1 - 5e-7
    }
}
