package org.decentralizedai.worker;

import org.decentralizedai.model.Keeping;
import org.decentralizedai.wire.VerdictCode;

/** What a worker tells whoever watches it. */
public sealed interface WorkerEvent {
    enum Phase {
        PROBING,
        CONNECTING,
        WAITING,
        TUNING,
        DOWNLOADING,
        TRAINING,
        UPLOADING,
        STOPPED,
        FAILED
    }

    /** @param reason a sentence for people, empty where there is nothing to say */
    record State(Phase phase, String reason) implements WorkerEvent {}

    record Probed(Adapter adapter) implements WorkerEvent {}

    /** @param checkpointBytes the weights of a checkpoint, its header excluded */
    record Welcomed(String worker, String run, int parameters, long checkpointBytes) implements WorkerEvent {}

    /**
     * Before the first task of a shape.
     *
     * @param bytes of all buffers that such tasks take
     * @param keeping of activations, so that they fit the device
     */
    record Planned(long bytes, Keeping keeping) implements WorkerEvent {}

    /** Of one task, deltas and weights alike; kept pieces don't count. {@code bytes} never exceeds {@code totalBytes}. */
    record Downloaded(long bytes, long totalBytes) implements WorkerEvent {}

    /**
     * The deltas of missed rounds did not lead to the task's checkpoint, so all of it is downloaded.
     *
     * @param sentence why
     */
    record Refetched(String sentence) implements WorkerEvent {}

    /** The device has found its fastest kernels for the model. */
    record Tuned(Tuning tuning) implements WorkerEvent {}

    /**
     * @param step counts from 1
     * @param loss mean of this step, nats per token
     * @param tokensPerSecond while computing, rests excluded
     */
    record Progress(int round, int step, int steps, double loss, double tokensPerSecond) implements WorkerEvent {}

    /**
     * @param tasksAccepted since the session began, this one included
     * @param tasksRefused likewise; tasks that had their updates already are in neither
     */
    record Judged(VerdictCode code, String sentence, int tokens, int tasksAccepted, int tasksRefused)
            implements WorkerEvent {}

    /** A task ended before it was delivered. */
    record Dropped(String sentence) implements WorkerEvent {}
}
