package org.decentralizedai.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;

/** One small model whose F32 update takes three frames, a checkpoint of it in pieces, a corpus, and tasks on them. */
final class Fixture {
    static final ModelConfig MODEL = new ModelConfig(4096, 8, 2, 2, 1, 4, 12, 8, 10_000, 1e-5, true);
    static final LocalSteps STEPS = new LocalSteps(3, 4, 2, 5, 0.01, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final int PIECE = 50_000;

    final float[] weights = Initializer.weights(ParameterLayout.of(MODEL), 7);
    final byte[] file = checkpoint(weights);
    final byte[] shard = corpus(2000, MODEL.vocabulary(), 3);
    final FakeBlobs blobs = new FakeBlobs();
    final List<Sha256> pieces = new ArrayList<>();
    final Sha256 checkpoint = JvmDigest.INSTANCE.sha256(file);
    final Sha256 corpus = blobs.add(shard);

    Fixture() {
        for (int at = 0; at < file.length; at += PIECE)
            pieces.add(blobs.add(Arrays.copyOfRange(file, at, Math.min(file.length, at + PIECE))));
    }

    GradientTask task(long id) {
        return task(id, false);
    }

    GradientTask task(long id, boolean auditable) {
        return new GradientTask(
                new Lease(id, 1),
                5,
                checkpoint,
                pieces,
                List.of(),
                List.of(),
                data(),
                STEPS,
                UpdateForm.whole(UpdateEncoding.F32),
                auditable,
                60_000);
    }

    CorpusWindows data() {
        return new CorpusWindows(corpus, 11, 20, STEPS.windows());
    }

    TaskWindows windows() {
        return new TaskWindows(shard, data(), STEPS.context());
    }

    static byte[] checkpoint(float[] weights) {
        byte[] header = "{\"__metadata__\":{}}    ".getBytes(StandardCharsets.UTF_8);
        var file = ByteBuffer.allocate(8 + header.length + 4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (float weight : weights) file.putFloat(weight);
        return file.array();
    }

    static byte[] corpus(int tokens, int vocabulary, long seed) {
        var random = new SplitMix64(seed);
        var shard = ByteBuffer.allocate(2 * tokens).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < tokens; i++) shard.putShort((short) random.nextInt(vocabulary));
        return shard.array();
    }
}
