package org.decentralizedai.server.simulate;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.decentralizedai.compress.PublishedMoment;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.simulate.InnerLoop.Computed;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.jspecify.annotations.Nullable;

/** Trains, on a few threads. */
final class TrainingLab implements Lab {
    private static final int CHECKPOINTS = 6; // the running round's and some before it; older ones are loaded

    private final ModelConfig model;
    private final Inner inner;
    private final BlobStore blobs;
    private final ExecutorService threads;
    private final ThreadLocal<Bench> benches;
    private final Map<Sha256, byte[]> shards = new HashMap<>(); // used by the caller's thread only
    private final Map<Sha256, byte[]> checkpoints = new LinkedHashMap<>(); // oldest first
    private List<Sha256> momentPieces = List.of();
    private byte @Nullable [] moment; // of those pieces

    /** @param kernels of one thread */
    TrainingLab(ModelConfig model, Inner inner, BlobStore blobs, int threads, Supplier<Kernels> kernels) {
        this.model = model;
        this.inner = inner;
        this.blobs = blobs;
        benches = ThreadLocal.withInitial(() -> new Bench(kernels.get()));
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("lab-", 0).factory());
    }

    @Override
    public void checkpoint(Sha256 hash, float[] packed) {
        if (checkpoints.containsKey(hash)) return;
        checkpoints.put(hash, HeldOutLoss.bytes(packed));
        if (checkpoints.size() > CHECKPOINTS)
            checkpoints.remove(checkpoints.keySet().iterator().next());
    }

    @Override
    public Supplier<Computed> compute(GradientTask task, LocalSteps steps, @Nullable Moments kept) {
        byte[] recent = checkpoints.get(task.checkpoint());
        byte[] from = recent == null ? loaded(task) : recent;
        if (!task.secondMoment().equals(momentPieces)) load(task.secondMoment());
        byte[] v = moment, shard = shards.computeIfAbsent(task.data().shard(), blobs::get);
        return CompletableFuture.supplyAsync(() -> benches.get().run(task, steps, from, v, shard, kept), threads)::join;
    }

    /** The parameters are the end of the file. */
    private byte[] loaded(GradientTask task) {
        byte[] file = joined(task.weights());
        int values = Float.BYTES * ParameterLayout.of(model).parameterCount();
        return Arrays.copyOfRange(file, file.length - values, file.length);
    }

    private byte[] joined(List<Sha256> pieces) {
        var joined = new ByteArrayOutputStream();
        for (Sha256 piece : pieces) joined.writeBytes(blobs.get(piece));
        return joined.toByteArray();
    }

    private void load(List<Sha256> pieces) {
        byte[] coded = joined(pieces);
        int parameters = ParameterLayout.of(model).parameterCount();
        moment = pieces.isEmpty() ? null : PublishedMoment.packed(coded, parameters);
        momentPieces = pieces;
    }

    private record Ready(LocalTraining training, InnerLoop loop) {}

    /** One thread's kernels and memory. */
    private final class Bench {
        private final Kernels kernels;
        private @Nullable Ready ready;

        Bench(Kernels kernels) {
            this.kernels = kernels;
        }

        Computed run(
                GradientTask task,
                LocalSteps steps,
                byte[] from,
                byte @Nullable [] moment,
                byte[] shard,
                @Nullable Moments kept) {
            var current = ready;
            if (current == null || !current.training().fits(model, steps)) {
                var training = new LocalTraining(kernels, model, steps);
                current = new Ready(training, inner.loop(kernels, training));
                ready = current;
            }
            current.training().load(from, 0);
            current.training().secondMoment(moment);
            var windows = new TaskWindows(shard, task.data(), steps.context());
            return current.loop().run(steps, windows, kept);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
