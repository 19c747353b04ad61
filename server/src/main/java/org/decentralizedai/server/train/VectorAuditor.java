package org.decentralizedai.server.train;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.decentralizedai.compress.PublishedMoment;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalResult;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;
import org.decentralizedai.worker.vector.VectorKernels;
import org.jspecify.annotations.Nullable;

/** Computes on the server's processor, from the blobs that workers download. */
final class VectorAuditor implements Auditor {
    private final ModelConfig model;
    private final BlobStore blobs;
    private final VectorKernels kernels;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform()
            .daemon()
            .name("auditor")
            .priority(Thread.MIN_PRIORITY)
            .factory());
    private @Nullable LocalTraining training; // used by the thread only, as all below
    private @Nullable Sha256 checkpoint;
    private byte[] file = {};

    /** @param cores that compute */
    VectorAuditor(ModelConfig model, BlobStore blobs, int cores) {
        this.model = model;
        this.blobs = blobs;
        kernels = new VectorKernels(cores);
    }

    @Override
    public CompletableFuture<LocalResult> compute(GradientTask task) {
        return CompletableFuture.supplyAsync(() -> computed(task), thread);
    }

    private LocalResult computed(GradientTask task) {
        var ready = training;
        if (ready == null || !ready.fits(model, task.steps())) ready = new LocalTraining(kernels, model, task.steps());
        training = ready;
        if (!task.checkpoint().equals(checkpoint)) {
            var joined = new ByteArrayOutputStream();
            for (Sha256 piece : task.weights()) joined.writeBytes(blobs.get(piece));
            file = joined.toByteArray();
            checkpoint = task.checkpoint();
        }
        int values = Float.BYTES * ParameterLayout.of(model).parameterCount(); // the end of the file
        ready.load(file, file.length - values);
        ready.secondMoment(secondMoment(task.secondMoment(), values / Float.BYTES));
        var data = task.data();
        return ready.run(
                task.steps(),
                new TaskWindows(blobs.get(data.shard()), data, task.steps().context()));
    }

    private byte @Nullable [] secondMoment(List<Sha256> pieces, int parameters) {
        if (pieces.isEmpty()) return null;
        var joined = new ByteArrayOutputStream();
        for (Sha256 piece : pieces) joined.writeBytes(blobs.get(piece));
        return PublishedMoment.packed(joined.toByteArray(), parameters);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        kernels.close();
    }
}
