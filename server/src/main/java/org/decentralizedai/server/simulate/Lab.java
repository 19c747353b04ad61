package org.decentralizedai.server.simulate;

import java.io.ByteArrayOutputStream;
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

/**
 * Computes the tasks of all simulated workers on a few threads. A task is a pure function of itself and of what its worker kept,
 * so that it does not matter who computes it, and when.
 */
final class Lab implements AutoCloseable {
    private static final int CHECKPOINTS =
            6; // the running round's, three before it, and what audits have not yet come to

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
    Lab(ModelConfig model, Inner inner, BlobStore blobs, int threads, Supplier<Kernels> kernels) {
        this.model = model;
        this.inner = inner;
        this.blobs = blobs;
        benches = ThreadLocal.withInitial(() -> new Bench(kernels.get()));
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("lab-", 0).factory());
    }

    /** The checkpoint that the next tasks start from. Those of rounds whose updates may still come are kept. */
    void checkpoint(Sha256 hash, float[] packed) {
        if (checkpoints.containsKey(hash)) return;
        checkpoints.put(hash, HeldOutLoss.bytes(packed));
        if (checkpoints.size() > CHECKPOINTS)
            checkpoints.remove(checkpoints.keySet().iterator().next());
    }

    /**
     * @param steps that are made
     * @param kept what the worker has from its last task; null when it has nothing
     */
    CompletableFuture<Computed> compute(GradientTask task, LocalSteps steps, @Nullable Moments kept) {
        byte[] from = checkpoints.get(task.checkpoint());
        if (from == null) throw new IllegalStateException("task of another checkpoint: " + task.checkpoint());
        if (!task.secondMoment().equals(momentPieces)) load(task.secondMoment());
        byte[] v = moment, shard = shards.computeIfAbsent(task.data().shard(), blobs::get);
        return CompletableFuture.supplyAsync(() -> benches.get().run(task, steps, from, v, shard, kept), threads);
    }

    private void load(List<Sha256> pieces) {
        var coded = new ByteArrayOutputStream();
        for (Sha256 piece : pieces) coded.writeBytes(blobs.get(piece));
        int parameters = ParameterLayout.of(model).parameterCount();
        moment = pieces.isEmpty() ? null : PublishedMoment.packed(coded.toByteArray(), parameters);
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
