package org.decentralizedai.worker.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Splits a range over a fixed number of threads. Each index is visited once and by one thread, and no result depends on the
 * split, so that one thread and many give the same bits. Driven by one thread.
 *
 * <p>A range is cut into more parts than there are threads, and whoever is free takes the next: a thread that the machine
 * needs for something else holds nobody up. Operations of a training step last microseconds and follow each other at once,
 * while waking a parked thread takes tens of them; therefore everybody looks for work for {@link #SPIN} before parking.
 */
final class Cores implements AutoCloseable {
    interface Range {
        void run(int from, int to);
    }

    private static final long SPIN = TimeUnit.MICROSECONDS.toNanos(50);
    private static final int LOOKS = 64; // between looks at the clock
    private static final int PARTS_PER_THREAD = 4;

    private final int threads;
    private final List<Thread> helpers = new ArrayList<>();
    private volatile @Nullable Job job;
    private volatile boolean closed;

    Cores(int threads) {
        if (threads < 1) throw new IllegalArgumentException("threads must be >= 1: threads=" + threads);
        this.threads = threads;
        for (int i = 1; i < threads; i++)
            helpers.add(Thread.ofPlatform().daemon().name("vector-" + i).start(this::help));
    }

    /**
     * @param least indices that are worth a thread
     * @param unit all parts but the last are multiples of it
     */
    void split(int count, int least, int unit, Range body) {
        int wanted = count / Math.max(1, least) < 2 ? 1 : Math.min(count / least, PARTS_PER_THREAD) * threads;
        int step = ((count + wanted - 1) / wanted + unit - 1) / unit * unit;
        if (threads == 1 || step >= count) {
            body.run(0, count);
            return;
        }
        var shared = new Job(body, count, step, Thread.currentThread());
        job = shared;
        for (Thread helper : helpers) LockSupport.unpark(helper);
        shared.work();
        waitUntil(shared::done);
        shared.rethrow();
    }

    private void help() {
        Job last = null;
        while (!closed) {
            Job seen = last;
            waitUntil(() -> job != seen || closed);
            last = job;
            if (last != null) last.work();
        }
    }

    /** Spins, then parks: whoever makes the condition true unparks. */
    private static void waitUntil(BooleanSupplier condition) {
        long end = System.nanoTime() + SPIN;
        do {
            for (int i = 0; i < LOOKS; i++) {
                if (condition.getAsBoolean()) return;
                Thread.onSpinWait();
            }
        } while (System.nanoTime() < end);
        while (!condition.getAsBoolean()) LockSupport.park();
    }

    @Override
    public void close() {
        closed = true;
        for (Thread helper : helpers) LockSupport.unpark(helper);
    }

    /** A range that is being worked on. Whoever comes too late finds nothing left to take. */
    private static final class Job {
        private final Range body;
        private final int count, step, parts;
        private final Thread driver;
        private final AtomicInteger taken = new AtomicInteger(), finished = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Job(Range body, int count, int step, Thread driver) {
            this.body = body;
            this.count = count;
            this.step = step;
            this.driver = driver;
            parts = (count + step - 1) / step;
        }

        void work() {
            for (int part = taken.getAndIncrement(); part < parts; part = taken.getAndIncrement()) {
                try {
                    body.run(part * step, Math.min((part + 1) * step, count));
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e); // thrown again by the driver
                }
                if (finished.incrementAndGet() == parts) LockSupport.unpark(driver);
            }
        }

        boolean done() {
            return finished.get() == parts;
        }

        void rethrow() {
            Throwable thrown = failure.get();
            if (thrown != null) throw new IllegalStateException("a part of the computation failed", thrown);
        }
    }
}
