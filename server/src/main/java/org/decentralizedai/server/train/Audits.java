package org.decentralizedai.server.train;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.decentralizedai.server.credit.Stakes;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.Contribution;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.verify.Lot;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.LocalResult;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has accepted updates computed again, drawn by lot after they were accepted. A round is closed when its audits are done, or
 * after {@link #PATIENCE}. A fake that is found in time is replaced by the auditor's update; its account is nobody again, all
 * that it has in the open round is audited, and the next step takes back what it has in the means of the last rounds. An update
 * belongs to the round in whose mean it is; a late one is computed again as its own round gave it out.
 *
 * <p>That is a correction, not an undo: a step is linear in its mean, momentum included, so that subtracting a contribution from
 * a later mean cancels all that it still does, but what others computed from the weights in between stays.
 *
 * <p>{@link #accepted} is thread-safe, all else belongs to the trainer's thread.
 */
final class Audits implements AutoCloseable {
    /** Who has sent an update that replaces a fake. */
    static final String AUDITOR = "auditor";

    /** For which a full round waits for audits; one that comes later can only correct. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Audits.class);
    private static final int NONE = -1;

    private record Waiting(Audit audit, GradientTask task) {}

    private final AuditLedger ledger;
    private final TaskLedger tasks;
    private final WorkerLedger workers;
    private final Fakes fakes;
    private final TaskDesk desk;
    private final TrainMetrics metrics;
    private final Clock clock;
    private final @Nullable Auditor auditor;
    private final Lot lot;
    private final Stakes stakes;
    private final Executor thread;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final Map<Long, Audit> open = new ConcurrentHashMap<>(); // waiting or being computed, by task
    private boolean computing;
    private volatile int fullRound = NONE; // that waits for its audits
    private long fullSince;
    private IntConsumer onSettled = _ -> {};

    /**
     * @param auditor null where nobody is audited
     * @param thread the trainer's
     */
    Audits(
            AuditLedger ledger,
            TaskLedger tasks,
            WorkerLedger workers,
            EventLedger events,
            GradientLog log,
            TaskDesk desk,
            TrainMetrics metrics,
            Clock clock,
            @Nullable Auditor auditor,
            Lot lot,
            Stakes stakes,
            Executor thread) {
        this.ledger = ledger;
        this.tasks = tasks;
        this.workers = workers;
        fakes = new Fakes(ledger, tasks, events, log, desk);
        this.desk = desk;
        this.metrics = metrics;
        this.clock = clock;
        this.auditor = auditor;
        this.lot = lot;
        this.stakes = stakes;
        this.thread = thread;
    }

    /** @param listener is told the number of a round whose audits are done */
    void onSettled(IntConsumer listener) {
        onSettled = listener;
    }

    /** @param listener is told the worker of each fake that was found */
    void onCaught(Consumer<String> listener) {
        fakes.onCaught(listener);
    }

    /** An update counts. To be called before its round can be closed. */
    void accepted(Lease lease, String worker, int tokens, long position, int countsIn) {
        if (auditor == null) return;
        String numericClass = workers.numericClass(worker);
        double rate = ledger.trust(worker, numericClass).auditRate();
        if (lot.draws(lease, rate * stakes.of(worker, tokens)))
            draw(new Audit(lease, countsIn, worker, numericClass, position));
    }

    private void draw(Audit audit) {
        if (verifiable(audit.lease()) && ledger.draw(audit)) begin(audit);
    }

    /** By the recipe of its own round. */
    private boolean verifiable(Lease lease) {
        return tasks.find(lease.taskId())
                .flatMap(task -> desk.open().find(task.round()))
                .filter(plan -> plan.recipe().verifiable())
                .isPresent();
    }

    private void begin(Audit audit) {
        if (open.putIfAbsent(audit.lease().taskId(), audit) != null) return;
        queue.add(new Waiting(audit, desk.task(audit.lease())));
        thread.execute(this::computeNext);
    }

    /** Takes up what a restart has left, and draws among the updates that the crash kept from the lot. */
    void resume() {
        if (auditor == null) return;
        int round = desk.plan().round().number();
        for (Audit audit : ledger.waiting())
            if (audit.round() >= round && verifiable(audit.lease())) begin(audit);
            else ledger.missed(audit.lease().taskId());
        for (Task task : toCount(round)) {
            var worker = task.worker();
            if (worker == null || worker.equals(AUDITOR) || ledger.drawn(task.id())) continue;
            accepted(new Lease(task.id(), task.fence()), worker, tokens(task), task.position(), countsIn(task));
        }
    }

    /** Done tasks that are in no mean yet: while the open round is being closed, updates count in the next. */
    private List<Task> toCount(int round) {
        return Stream.of(round, round + 1)
                .flatMap(each -> tasks.counted(each).stream())
                .toList();
    }

    /** That it trained on. */
    private int tokens(Task done) {
        return desk.open()
                .find(done.round())
                .map(plan -> done.work().windows() * plan.recipe().steps().context())
                .orElse(0);
    }

    private static int countsIn(Task done) {
        return requireNonNull(done.countsIn());
    }

    private void computeNext() {
        var next = computing ? null : queue.poll();
        if (next == null || auditor == null) return;
        if (next.audit().round() < desk.plan().round().number() - 1) { // its weights may be gone
            ledger.missed(next.audit().lease().taskId());
            end(next.audit());
            thread.execute(this::computeNext);
            return;
        }
        computing = true;
        result(auditor, next.task()).whenCompleteAsync((result, failure) -> finished(next, result, failure), thread);
    }

    private static CompletableFuture<LocalResult> result(Auditor auditor, GradientTask task) {
        try {
            return auditor.compute(task);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void finished(Waiting done, @Nullable LocalResult result, @Nullable Throwable failure) {
        computing = false;
        try {
            if (result != null) decide(done, result);
            else {
                LOG.warn(
                        "task {} could not be computed again",
                        done.task().lease().taskId(),
                        failure);
                ledger.missed(done.audit().lease().taskId());
            }
        } catch (RuntimeException e) { // the others must be looked at all the same; a restart looks at this one again
            LOG.error("the audit of task {} failed", done.task().lease().taskId(), e);
        }
        end(done.audit());
        computeNext();
    }

    private void decide(Waiting done, LocalResult result) {
        boolean agreed = fakes.agrees(done.audit(), done.task().form(), result);
        metrics.audited(agreed);
        if (agreed) return;
        for (Task task : toCount(desk.plan().round().number()))
            if (done.audit().worker().equals(task.worker())) draw(done.audit().of(task));
    }

    private void end(Audit audit) {
        open.remove(audit.lease().taskId());
        int round = desk.plan().round().number();
        if (fullRound == round && settled(round)) onSettled.accept(round);
    }

    /** Whether a full round may be closed. */
    boolean settled(int round) {
        if (open.values().stream().noneMatch(audit -> audit.round() == round)) return true;
        if (fullRound != round) {
            fullRound = round;
            fullSince = clock.millis();
        }
        return clock.millis() - fullSince >= PATIENCE.toMillis();
    }

    /** Whether this round is full and waits. Thread-safe. */
    boolean holdsUp(int round) {
        return fullRound == round;
    }

    /** What the step of this round takes back. */
    List<Contribution> corrections(int round) {
        return auditor == null ? List.of() : ledger.corrections(round);
    }

    /** The round is closed in this commit. */
    void contributed(Handle transaction, int round, List<Contribution> contributions) {
        if (auditor != null) ledger.contributed(transaction, round, contributions);
    }

    /** The step of this round came to nothing. */
    void discarded(Handle transaction, int round) {
        ledger.postpone(transaction, round);
    }

    /** The next round starts from the weights of an earlier one. */
    void rolledBack(Handle transaction, int round, int target) {
        ledger.returned(transaction, round, target);
    }

    /** The first round whose updates may still be taken back while {@code round} is open. */
    int oldestNeeded(int round) {
        return auditor == null ? round : Math.min(round - Fakes.ROUNDS_TAKEN_BACK, ledger.oldestCorrected(round));
    }

    void trim(int round) {
        ledger.trim(oldestNeeded(round));
    }

    AuditLedger.Counts counts() {
        return ledger.counts();
    }

    @Override
    public void close() {
        if (auditor != null) auditor.close();
    }
}
