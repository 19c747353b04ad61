package org.decentralizedai.server.simulate;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.ModelConfig;
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
    private final ModelConfig model;
    private final Inner inner;
    private final BlobStore blobs;
    private final ExecutorService threads;
    private final ThreadLocal<Bench> benches;
    private final Map<Sha256, byte[]> shards = new HashMap<>(); // used by the caller's thread only
    private @Nullable Sha256 checkpoint;
    private byte[] weights = {};

    /** @param kernels of one thread */
    Lab(ModelConfig model, Inner inner, BlobStore blobs, int threads, Supplier<Kernels> kernels) {
        this.model = model;
        this.inner = inner;
        this.blobs = blobs;
        benches = ThreadLocal.withInitial(() -> new Bench(kernels.get()));
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("lab-", 0).factory());
    }

    /** The checkpoint that the next tasks start from. */
    void checkpoint(Sha256 hash, float[] packed) {
        checkpoint = hash;
        weights = HeldOutLoss.bytes(packed);
    }

    /**
     * @param steps that are made
     * @param kept what the worker has from its last task; null when it has nothing
     */
    CompletableFuture<Computed> compute(GradientTask task, LocalSteps steps, @Nullable Moments kept) {
        if (!task.checkpoint().equals(checkpoint))
            throw new IllegalStateException("task of another checkpoint: " + task.checkpoint());
        byte[] from = weights, shard = shards.computeIfAbsent(task.data().shard(), blobs::get);
        return CompletableFuture.supplyAsync(() -> benches.get().run(task, steps, from, shard, kept), threads);
    }

    private record Ready(LocalTraining training, InnerLoop loop) {}

    /** One thread's kernels and memory. */
    private final class Bench {
        private final Kernels kernels;
        private @Nullable Ready ready;

        Bench(Kernels kernels) {
            this.kernels = kernels;
        }

        Computed run(GradientTask task, LocalSteps steps, byte[] from, byte[] shard, @Nullable Moments kept) {
            var current = ready;
            if (current == null || !current.training().fits(model, steps)) {
                var training = new LocalTraining(kernels, model, steps);
                current = new Ready(training, inner.loop(kernels, training));
                ready = current;
            }
            current.training().load(from, 0);
            var windows = new TaskWindows(shard, task.data(), steps.context());
            return current.loop().run(steps, windows, kept);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
