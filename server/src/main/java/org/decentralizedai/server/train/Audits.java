package org.decentralizedai.server.train;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.decentralizedai.server.credit.Stakes;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.Contribution;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.train.OpenAudits.For;
import org.decentralizedai.wire.Lease;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Has accepted updates computed again, drawn by lot after they were accepted: by the server's auditor, or by a second worker, whose
 * replica of the task is compared ({@link Twins}, {@link Rulings}). A full round waits for those of its audits that are likely to be
 * decided within {@link #PATIENCE}, no longer. A fake that is found in time is replaced by an honest update; its account is nobody again, all that it has in the
 * open round is audited, and the next step takes back what it has in the means of the last rounds. An update belongs to the round in
 * whose mean it is; a late one is computed again as its own round gave it out.
 *
 * <p>That is a correction, not an undo: a step is linear in its mean, momentum included, so that subtracting a contribution from
 * a later mean cancels all that it still does, but what others computed from the weights in between stays.
 *
 * <p>{@link #accepted} and {@link #tick} are thread-safe, all else belongs to the trainer's thread.
 */
final class Audits implements AutoCloseable {
    /** Who has sent an update that replaces a fake. */
    static final String AUDITOR = "auditor";

    /** For which a full round waits for audits; one that comes later can only correct. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int NONE = -1;

    private final AuditLedger ledger;
    private final TaskLedger tasks;
    private final Reputation reputation;
    private final TaskDesk desk;
    private final Clock clock;
    private final Verification verification;
    private final Executor thread;
    private final Fakes fakes;
    private final AuditedRounds rounds;
    private final Lateness lateness;
    private final Rulings rulings;
    private final @Nullable AuditQueue server; // null without auditors
    private final OpenAudits open = new OpenAudits();
    private volatile int fullRound = NONE; // that waits for its audits
    private long fullSince;
    private IntConsumer onSettled = _ -> {};

    /** @param thread the trainer's */
    Audits(
            AuditLedger ledger,
            TaskLedger tasks,
            WorkerLedger workers,
            EventLedger events,
            GradientLog log,
            TaskDesk desk,
            TrainMetrics metrics,
            Clock clock,
            Verification verification,
            Stakes stakes,
            Executor thread) {
        this.ledger = ledger;
        this.tasks = tasks;
        reputation = new Reputation(ledger, workers, stakes);
        this.desk = desk;
        this.clock = clock;
        this.verification = verification;
        this.thread = thread;
        fakes = new Fakes(ledger, tasks, events, log, desk);
        var verdicts = new Verdicts(ledger, open, fakes, metrics);
        verdicts.listen(this::lookAtAllOf, this::decided);
        rounds = new AuditedRounds(desk.open());
        lateness = new Lateness(open, rounds, verdicts);
        rulings = new Rulings(ledger, tasks, reputation, log, rounds, open, verdicts, lateness, verification);
        var auditor = verification.auditor();
        var queue = auditor == null ? null : new AuditQueue(auditor, clock, thread, rulings);
        server = queue;
        Twins twins = null;
        if (verification.replicates()) {
            twins = new Twins(
                    tasks,
                    reputation,
                    verification,
                    clock,
                    (count, time) -> queue != null && queue.inTime(count, time),
                    rounds::isOpen);
            desk.replicas(twins);
        }
        rulings.by(queue, twins);
    }

    /** @param listener is told the number of a round whose audits are done */
    void onSettled(IntConsumer listener) {
        onSettled = listener;
    }

    /** @param listener is told the worker of each fake that was found */
    void onCaught(Consumer<String> listener) {
        fakes.onCaught(listener);
    }

    /** An update counts, or is a replica's. To be called before its round can be closed; may be called again. */
    void accepted(Lease lease, String worker, int tokens, long position, int countsIn) {
        if (!verification.happens()) return;
        if (hasTwin(lease.taskId()) || verification.lot().draws(lease, reputation.auditRate(worker, tokens)))
            draw(reputation.audit(lease, countsIn, worker, position));
    }

    private boolean hasTwin(long task) {
        return verification.replicates() && tasks.twins(task).stream().anyMatch(twin -> twin.state() != State.FREE);
    }

    private void draw(Audit audit) {
        var row = tasks.find(audit.lease().taskId());
        var plan = row.flatMap(task -> rounds.find(task.round()));
        if (row.isEmpty() || plan.filter(Audits::verifiable).isEmpty()) return;
        if (ledger.draw(audit) || ledger.waits(audit.lease().taskId())) // its answer may have been lost
        begin(audit, row.get(), plan.get());
    }

    /** By the recipe of its own round. */
    private static boolean verifiable(RoundPlan plan) {
        return plan.recipe().verifiable();
    }

    private void begin(Audit audit, Task row, RoundPlan plan) {
        if (!open.add(audit, row)) return;
        rounds.await(plan);
        thread.execute(() -> rulings.look(audit));
    }

    /**
     * Takes up what a restart has left, and draws among the updates that the crash kept from the lot.
     *
     * @param earlier plans of rounds that are not open any more, as far as they are stored
     */
    void resume(IntFunction<Optional<RoundPlan>> earlier) {
        if (!verification.happens()) { // any more: what an audit would hold up is let go
            for (Audit audit : ledger.waiting()) ledger.missed(audit.lease().taskId());
            return;
        }
        int round = desk.plan().round().number();
        for (Audit audit : ledger.waiting()) {
            var row = tasks.find(audit.lease().taskId());
            var plan = row.filter(task -> task.round() > round - AuditedRounds.LONGEST)
                    .flatMap(task -> rounds.find(task.round()).or(() -> earlier.apply(task.round())));
            if (row.isEmpty() || plan.filter(Audits::verifiable).isEmpty()) {
                ledger.missed(audit.lease().taskId());
                continue;
            }
            begin(audit, row.get(), plan.get());
            if (!rounds.isOpen(row.get().round())) open.keep(audit); // else it would not be here
        }
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

    /** A fake was found. */
    private void lookAtAllOf(Audit fake) {
        for (Task task : toCount(desk.plan().round().number()))
            if (fake.worker().equals(task.worker())) draw(fake.of(task));
    }

    /** To be called every second: a worker that has gone sends no replica. */
    void tick() {
        if (open.anyAwaits(For.TWIN)) thread.execute(rulings::lookAgain);
    }

    /** Not within whatever has decided it: that may be the closing of the round. */
    private void decided() {
        thread.execute(() -> {
            int round = desk.plan().round().number();
            if (fullRound == round && settled(round)) onSettled.accept(round);
        });
    }

    /** Whether a full round may be closed: nothing that counts in it is about to be decided. */
    boolean settled(int round) {
        open.inMean(round).forEach(rulings::look); // one that was drawn just now waits for nobody yet
        var waiting = open.inMean(round);
        if (waiting.isEmpty()) return true;
        if (fullRound != round) {
            fullRound = round;
            fullSince = clock.millis();
            hurry(round);
        }
        var left = PATIENCE.minusMillis(clock.millis() - fullSince);
        return !left.isPositive() || waiting.stream().noneMatch(audit -> rulings.inTime(audit, left));
    }

    /** All that waits for twins goes to the server, if it computes it before the round's patience ends. Twins may still be faster. */
    private void hurry(int round) {
        var late = open.awaiting(For.TWIN).stream()
                .filter(audit -> audit.round() == round)
                .toList();
        if (server != null && server.inTime(late.size(), PATIENCE)) late.forEach(rulings::toServer);
    }

    /** Whether this round is full and waits. Thread-safe. */
    boolean holdsUp(int round) {
        return fullRound == round;
    }

    /** What the step of this round takes back. */
    List<Contribution> corrections(int round) {
        return !verification.happens() ? List.of() : ledger.corrections(round);
    }

    /** The round is closed in this commit. */
    void contributed(Handle transaction, int round, List<Contribution> contributions) {
        if (verification.happens()) ledger.contributed(transaction, round, contributions);
    }

    /** The step of this round came to nothing. */
    void discarded(Handle transaction, int round) {
        ledger.postpone(transaction, round);
    }

    /** The next round starts from the weights of an earlier one. */
    void rolledBack(Handle transaction, int round, int target) {
        ledger.returned(transaction, round, target);
    }

    /** The first round whose updates may still be taken back, or compared, while {@code round} is open. */
    int oldestNeeded(int round) {
        return !verification.happens() ? round : Math.min(oldestTakenBack(round), open.oldestRound(round));
    }

    private int oldestTakenBack(int round) {
        return Math.min(round - Fakes.ROUNDS_TAKEN_BACK, ledger.oldestCorrected(round));
    }

    /** Whether tasks of this round may be computed again. */
    boolean uses(int round) {
        return open.anyOf(round);
    }

    /** Another round runs. */
    void begun() {
        lateness.giveUp();
    }

    void trim(int round) {
        ledger.trim(verification.happens() ? oldestTakenBack(round) : round);
    }

    AuditLedger.Counts counts() {
        return ledger.counts();
    }

    @Override
    public void close() {
        if (server != null) server.close();
    }
}
