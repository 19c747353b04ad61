package org.decentralizedai.server.train;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of a server's training: one turns the rounds, one looks after the leases each second. */
final class TrainerThreads implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerThreads.class);

    private final ExecutorService trainer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("trainer").factory());
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("leases").factory());

    /** Runs it on the trainer's thread, after what was given before. */
    @Override
    public void execute(Runnable turn) {
        trainer.execute(turn);
    }

    void everySecond(Runnable tick) {
        ticker.scheduleWithFixedDelay(tick, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        ticker.shutdown();
        trainer.shutdown();
        try {
            for (var executor : List.of(ticker, trainer))
                if (!executor.awaitTermination(30, TimeUnit.SECONDS)) LOG.warn("the trainer is busy and is left");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
