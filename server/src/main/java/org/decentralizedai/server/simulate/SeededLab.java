package org.decentralizedai.server.simulate;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.simulate.InnerLoop.Computed;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalResult;
import org.jspecify.annotations.Nullable;

/**
 * Trains nothing: an update is drawn by lot from its task's checkpoint and windows, so that a replica's is the same, every weight changed as
 * far as the steps could, one way or the other. For simulations of a model that is too large to train here, whose times and bytes are to be known, not its loss.
 */
final class SeededLab implements Lab {
    private static final double LOSS = 5;

    private final int parameters;

    SeededLab(int parameters) {
        this.parameters = parameters;
    }

    @Override
    public void checkpoint(Sha256 hash, float[] packed) {}

    /** Made when it is asked for: there are many workers, and an update is as large as the model. */
    @Override
    public Supplier<Computed> compute(GradientTask task, LocalSteps steps, @Nullable Moments kept) {
        return () -> new Computed(new LocalResult(update(task, steps), LOSS, LOSS), null);
    }

    private float[] update(GradientTask task, LocalSteps steps) {
        var random = new SplitMix64(seed(task));
        float way = 0;
        for (int step = 1; step <= steps.steps(); step++) way += (float) steps.learningRate(step);
        float[] update = new float[parameters];
        long signs = 0;
        for (int i = 0; i < parameters; i++) {
            signs = i % Long.SIZE == 0 ? random.nextLong() : signs >>> 1;
            update[i] = (signs & 1) == 0 ? way : -way;
        }
        return update;
    }

    private static long seed(GradientTask task) {
        var data = task.data();
        String words = task.checkpoint().hex() + data.shard().hex() + " " + data.first();
        return Long.parseUnsignedLong(
                Digests.of(words.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16), 16);
    }

    @Override
    public void close() {}
}
