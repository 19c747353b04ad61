package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.LocalResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server's own auditor computes, one task after the other, in the order in which it was asked, what is disputed first. Belongs to
 * the trainer's thread, {@link #inTime(int, Duration)} apart.
 */
final class AuditQueue {
    private static final Logger LOG = LoggerFactory.getLogger(AuditQueue.class);
    private static final double NEWEST = 0.2; // of the mean time of a task

    private final Auditor auditor;
    private final Clock clock;
    private final Executor thread;
    private final Asking asking;
    private final Queue<Waiting> disputed = new ArrayDeque<>(), queue = new ArrayDeque<>();
    private @Nullable Computing computing; // null while nothing is
    private volatile int waiting; // and computed now
    private volatile double meanMillis = Double.NaN; // of a task that came to a result; none has yet

    private record Waiting(Audit audit, GradientTask task) {}

    private record Computing(Audit audit, long since) {}

    /** Who asks. */
    interface Asking {
        /** Whether the answer is still wanted; it is begun then. */
        boolean wants(Audit audit);

        /** It may have been decided meanwhile. @param result null when the task could not be computed */
        void computed(Audit audit, GradientTask task, @Nullable LocalResult result);
    }

    /** @param thread the trainer's */
    AuditQueue(Auditor auditor, Clock clock, Executor thread, Asking asking) {
        this.auditor = auditor;
        this.clock = clock;
        this.thread = thread;
        this.asking = asking;
    }

    void add(Audit audit, GradientTask task, boolean isDisputed) {
        (isDisputed ? disputed : queue).add(new Waiting(audit, task));
        count();
        thread.execute(this::next);
    }

    /**
     * Whether so many further tasks are computed in this time after those that wait, by what the last ones took. While none has been
     * computed, one is.
     */
    boolean inTime(int tasks, Duration time) {
        int all = waiting + tasks;
        double mean = meanMillis;
        return Double.isNaN(mean) ? all <= 1 : all * mean <= time.toMillis();
    }

    /** Whether this one, which waits or is computed, is done in this time, as above. */
    boolean inTime(Audit audit, Duration time) {
        var now = computing;
        var before = new ArrayList<Audit>();
        if (now != null) before.add(now.audit());
        Stream.concat(disputed.stream(), queue.stream()).map(Waiting::audit).forEach(before::add);
        int place = before.indexOf(audit);
        if (place < 0) return false;
        double mean = meanMillis;
        if (Double.isNaN(mean)) return place == 0;
        double done = now == null ? 0 : Math.min(mean, clock.millis() - now.since());
        return (place + 1) * mean - done <= time.toMillis();
    }

    private void count() {
        waiting = disputed.size() + queue.size() + (computing == null ? 0 : 1);
    }

    private void next() {
        if (computing == null) begin();
        count();
    }

    private @Nullable Waiting poll() {
        var first = disputed.poll();
        return first == null ? queue.poll() : first;
    }

    private void begin() {
        var next = poll();
        while (next != null && !asking.wants(next.audit())) next = poll();
        if (next == null) return;
        var taken = next;
        long since = clock.millis();
        computing = new Computing(taken.audit(), since);
        result(taken.task()).whenCompleteAsync((result, failure) -> finished(taken, since, result, failure), thread);
    }

    private CompletableFuture<LocalResult> result(GradientTask task) {
        try {
            return auditor.compute(task);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void finished(Waiting done, long since, @Nullable LocalResult result, @Nullable Throwable failure) {
        computing = null;
        if (result != null) took(clock.millis() - since);
        long task = done.audit().lease().taskId();
        if (result == null) LOG.warn("task {} could not be computed again", task, failure);
        try {
            asking.computed(done.audit(), done.task(), result);
        } catch (RuntimeException e) { // the others must be looked at all the same; a restart looks at this one again
            LOG.error("the audit of task {} failed", task, e);
        }
        next();
    }

    private void took(long millis) {
        double mean = meanMillis;
        meanMillis = Double.isNaN(mean) ? millis : (1 - NEWEST) * mean + NEWEST * millis;
    }

    void close() {
        auditor.close();
    }
}
