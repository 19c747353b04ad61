package org.decentralizedai.server.simulate;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalResult;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.decentralizedai.worker.vector.VectorKernels;
import org.jspecify.annotations.Nullable;

/**
 * Computes the tasks of all simulated workers on a few threads. A task is a pure function, so that it does not matter who
 * computes it, and when.
 */
final class Lab implements AutoCloseable {
    private final ModelConfig model;
    private final BlobStore blobs;
    private final ExecutorService threads;
    private final ThreadLocal<Bench> benches = ThreadLocal.withInitial(Bench::new);
    private final Map<Sha256, byte[]> shards = new HashMap<>(); // used by the caller's thread only
    private @Nullable Sha256 checkpoint;
    private byte[] weights = {};

    Lab(ModelConfig model, BlobStore blobs, int threads) {
        this.model = model;
        this.blobs = blobs;
        this.threads = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("lab-", 0).factory());
    }

    /** The checkpoint that the next tasks start from. */
    void checkpoint(Sha256 hash, float[] packed) {
        checkpoint = hash;
        weights = HeldOutLoss.bytes(packed);
    }

    CompletableFuture<LocalResult> compute(GradientTask task) {
        if (!task.checkpoint().equals(checkpoint))
            throw new IllegalStateException("task of another checkpoint: " + task.checkpoint());
        byte[] from = weights, shard = shards.computeIfAbsent(task.data().shard(), blobs::get);
        return CompletableFuture.supplyAsync(() -> benches.get().run(task, from, shard), threads);
    }

    /** One thread's kernels and memory. */
    private final class Bench {
        private final VectorKernels kernels = new VectorKernels(1);
        private @Nullable LocalTraining training;

        LocalResult run(GradientTask task, byte[] from, byte[] shard) {
            var ready = training;
            if (ready == null || !ready.fits(model, task.steps())) {
                ready = new LocalTraining(kernels, model, task.steps());
                training = ready;
            }
            ready.load(from, 0);
            return ready.run(
                    task.steps(),
                    new TaskWindows(shard, task.data(), task.steps().context()));
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
