package org.decentralizedai.worker;

import java.util.List;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Gets the file of a task's checkpoint by the shortest way: kept from before; made out of an earlier checkpoint by the deltas of
 * the rounds between; or downloaded whole. Whatever the way, the file has the task's hash, and is kept for the next session.
 */
final class CheckpointSource {
    /** A checkpoint that is at hand without asking anybody. */
    interface AtHand {
        @Nullable
        WeightsFile find(Sha256 checkpoint);
    }

    private final CheckedBlobs blobs;
    private final CheckpointCache kept;
    private final WorkerPorts ports;

    CheckpointSource(CheckedBlobs blobs, WorkerPorts ports) {
        this.blobs = blobs;
        this.ports = ports;
        kept = new CheckpointCache(ports.weights(), blobs, ports.digest());
    }

    /**
     * @param loaded what the device holds
     * @throws BlobException when a piece can't be had
     */
    byte[] file(GradientTask task, int parameters, AtHand loaded, Download download) {
        byte[] file = kept.find(task.checkpoint());
        if (file != null) return file;
        file = caughtUp(task, parameters, loaded, download);
        if (file != null) return file;
        file = download.fetch(blobs, task.weights(), (long) Float.BYTES * parameters);
        if (!ports.digest().sha256(file).equals(task.checkpoint()))
            throw TaskDropped.because("the pieces of checkpoint " + task.checkpoint() + " do not have its hash");
        kept.keepOnly(task.checkpoint(), task.weights(), task.secondMoment());
        return file;
    }

    /** By the fewest deltas; null when no hop begins at a checkpoint at hand, or they do not lead to the task's. */
    private byte @Nullable [] caughtUp(GradientTask task, int parameters, AtHand loaded, Download download) {
        try {
            for (int first = task.hops().size() - 1; first >= 0; first--) {
                List<Hop> hops = task.hops().subList(first, task.hops().size());
                WeightsFile base = atHand(hops.getFirst().from(), parameters, loaded);
                if (base == null) continue;
                byte[] file = applied(base, hops, task.checkpoint(), download);
                kept.keep(task.checkpoint(), file, task.secondMoment());
                return file;
            }
        } catch (BlobException | IllegalArgumentException e) { // the whole download does without them
            ports.listener().on(new WorkerEvent.Refetched(String.valueOf(e.getMessage())));
        }
        return null;
    }

    private @Nullable WeightsFile atHand(Sha256 checkpoint, int parameters, AtHand loaded) {
        WeightsFile onDevice = loaded.find(checkpoint);
        if (onDevice != null) return onDevice;
        byte[] file = kept.find(checkpoint);
        return file == null ? null : WeightsFile.of(file, parameters);
    }

    private byte[] applied(WeightsFile base, List<Hop> hops, Sha256 checkpoint, Download download) {
        long bytes = hops.stream().mapToLong(Hop::bytes).sum();
        for (byte[] delta :
                download.fetchAll(blobs, hops.stream().map(Hop::pieces).toList(), bytes))
            CheckpointDelta.apply(delta, base.weights());
        byte[] file = base.bytes();
        if (!ports.digest().sha256(file).equals(checkpoint))
            throw new IllegalArgumentException("the deltas do not lead to checkpoint " + checkpoint);
        return file;
    }
}
