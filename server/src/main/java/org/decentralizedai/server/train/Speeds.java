package org.decentralizedai.server.train;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.WorkerLedger;

/**
 * How fast workers train, in tokens a second. Before its first task a worker's speed is guessed from its matrix products; after
 * that it is what its tasks had: tokens by the time from the first step's begin to the last one's end, rests included, as the
 * worker says in {@link org.decentralizedai.wire.ClientMessage.UpdateBegin}. Not the coordinator's own stopwatch, which would
 * count downloads and broken connections: those do not get shorter with a task, and who has a slow line would get ever smaller
 * tasks for it. Who lies gains nothing but tasks of another size.
 */
public final class Speeds {
    /**
     * Share of its speed in products of 256x256 matrices at which a device trains: the processor engine has 0.34 on {@code nano} and
     * 0.39 on {@code tiny} (docs/performance.md).
     */
    public static final double EFFICIENCY = 0.35;

    /** No single task changes a speed by more, so that a machine that slept through one is not lost. */
    static final double GREATEST_CHANGE = 4;

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

    /** A task of this worker counts. The first one's speed is taken as it is, later ones are averaged by their ratios. */
    void took(String worker, int tokens, int millis) {
        double speed = 1000.0 * tokens / millis;
        double before = workers.speed(worker).orElse(speed);
        double ratio = Math.clamp(speed / before, 1 / GREATEST_CHANGE, GREATEST_CHANGE);
        workers.speed(worker, before * Math.sqrt(ratio));
    }
}
