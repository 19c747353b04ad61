package org.decentralizedai.worker.vector;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Splits a range over a fixed number of threads. Each index is visited once and by one thread, and no result depends on the
 * split, so that one thread and many give the same bits.
 */
final class Cores implements AutoCloseable {
    interface Range {
        void run(int from, int to);
    }

    private final int threads;
    private final ExecutorService others;

    Cores(int threads) {
        if (threads < 1) throw new IllegalArgumentException("threads must be >= 1: threads=" + threads);
        this.threads = threads;
        others = Executors.newFixedThreadPool(
                Math.max(1, threads - 1),
                Thread.ofPlatform().daemon().name("vector-", 0).factory());
    }

    /**
     * @param least indices that are worth a thread
     * @param unit all parts but the last are multiples of it
     */
    void split(int count, int least, int unit, Range body) {
        int parts = Math.clamp(count / Math.max(1, least), 1, threads);
        int step = ((count + parts - 1) / parts + unit - 1) / unit * unit;
        if (parts == 1 || step >= count) {
            body.run(0, count);
            return;
        }
        var tasks = new ArrayList<Callable<Object>>();
        for (int from = step; from < count; from += step) {
            int start = from, end = Math.min(from + step, count);
            tasks.add(() -> {
                body.run(start, end);
                return tasks;
            });
        }
        var pending = tasks.stream().map(others::submit).toList();
        body.run(0, step);
        try {
            for (var task : pending) task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while computing", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a part of the computation failed", e.getCause());
        }
    }

    @Override
    public void close() {
        others.shutdownNow();
    }
}
