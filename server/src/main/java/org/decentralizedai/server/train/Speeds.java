package org.decentralizedai.server.train;

import java.time.Duration;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.WorkerLedger;

/**
 * How fast workers train, in tokens a second. Before its first task a worker's speed is guessed from its matrix products; after
 * that it is what its tasks had: tokens by the time from the first step's begin to the last one's end, rests included, as the
 * worker says in {@link org.decentralizedai.wire.ClientMessage.UpdateBegin}. Not the coordinator's own stopwatch, which would
 * count downloads and broken connections: those do not get shorter with a task, and who has a slow line would get ever smaller
 * tasks for it. But the stopwatch bounds what is believed: at least {@link #COMPUTING} of the time from the lease to the update.
 *
 * <p>A liar gets the whole task at most, as a fast device does, by what it says of itself before its first task, or by sending what it
 * has not computed. What it gains is that: tasks of up to that size, at most one more of a round than each other worker computes, where four or more accounts are at work
 * ({@link TaskDesk}). That its updates are worth nothing is for audits to find.
 */
public final class Speeds {
    /**
     * Share of its speed in products of 256x256 matrices at which a device trains: the processor engine has 0.34 on {@code nano} and
     * 0.39 on {@code tiny} (docs/performance.md).
     */
    public static final double EFFICIENCY = 0.35;

    /** No single task changes a speed by more, so that a machine that slept through one is not lost. */
    static final double GREATEST_CHANGE = 4;

    /**
     * Of the time that a worker has had a task, at least: the rest is down- and upload. Who needs more for these is believed to be slower
     * than it is and gets smaller tasks, as it would come late with larger ones.
     */
    static final double COMPUTING = 0.5;

    private final WorkerLedger workers;
    private final double flopsPerToken;

    Speeds(WorkerLedger workers, ModelConfig model) {
        this.workers = workers;
        flopsPerToken = model.trainingFlopsPerToken();
    }

    double of(Worker worker) {
        return workers.speed(worker.id()).orElseGet(() -> guess(worker));
    }

    /** As if it had not trained yet. */
    double guess(Worker worker) {
        double gigaflops = worker.hello().gigaflops();
        double flops = gigaflops > 0 ? EFFICIENCY * 1e9 * gigaflops : TaskSize.DEVICE_FLOPS; // 0: nothing was measured
        return flops / flopsPerToken;
    }

    /**
     * A task of this worker counts. The first one's speed is taken as it is, later ones are averaged by their ratios.
     *
     * @param millis that the worker says it has computed
     * @param held from the lease to now
     */
    void took(String worker, int tokens, int millis, Duration held) {
        double seconds = Math.max(millis, COMPUTING * held.toMillis()) / 1000;
        double speed = tokens / seconds;
        change(worker, workers.speed(worker).orElse(speed), speed);
    }

    /** This worker has not delivered a task in all this time: it is no faster than that. */
    void unfinished(Worker worker, int tokens, Duration held) {
        double before = of(worker), most = 1000.0 * tokens / Math.max(1, held.toMillis());
        if (most < before) change(worker.id(), before, most);
    }

    private void change(String worker, double before, double speed) {
        double ratio = Math.clamp(speed / before, 1 / GREATEST_CHANGE, GREATEST_CHANGE);
        workers.speed(worker, before * Math.sqrt(ratio));
    }
}
