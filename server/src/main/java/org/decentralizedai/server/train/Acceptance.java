package org.decentralizedai.server.train;

import static org.decentralizedai.wire.VerdictCode.DUPLICATE;
import static org.decentralizedai.wire.VerdictCode.LATE;
import static org.decentralizedai.wire.VerdictCode.UNKNOWN_LEASE;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.train.Checks.Refusal;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an update count: it is in the {@link GradientLog} and its task is completed in the {@link TaskLedger}, both on the disk, in
 * this order; then it is drawn for an audit or not. When any of that throws, the task may be done by then or not, and counts once
 * either way: trying again finds out and does what is missing. Thread-safe.
 */
final class Acceptance {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptance.class);

    private final TaskLedger tasks;
    private final GradientLog log;
    private final LeaseRules leases;
    private final TaskDesk desk;
    private final Audits audits;
    private final TrainMetrics metrics;
    private final List<Object> turns = Stream.generate(Object::new).limit(64).toList(); // a task's: its id modulo 64

    Acceptance(
            TaskLedger tasks, GradientLog log, LeaseRules leases, TaskDesk desk, Audits audits, TrainMetrics metrics) {
        this.tasks = tasks;
        this.log = log;
        this.leases = leases;
        this.desk = desk;
        this.audits = audits;
        this.metrics = metrics;
    }

    /** Why this update does not count; empty when it does. @param upload is complete and right */
    Optional<Refusal> accept(Upload upload) {
        return desk.open()
                .counting(upload.round(), countsIn -> inTurn(upload, countsIn))
                .orElseGet(() -> Optional.of(LeaseRules.closed(upload.round())));
    }

    /** One update of a task after the other: nothing follows the one that counts in the log. */
    private Optional<Refusal> inTurn(Upload upload, int countsIn) {
        var lease = upload.begin().lease();
        synchronized (turns.get((int) (lease.taskId() % turns.size()))) {
            return leases.refusal(upload.worker(), lease).or(() -> keep(upload, countsIn));
        }
    }

    private Optional<Refusal> keep(Upload upload, int countsIn) {
        var begin = upload.begin();
        int late = countsIn - upload.round();
        long position = log.append(new LoggedUpdate(
                upload.round(),
                late,
                begin.lease(),
                upload.worker(),
                begin.tokens(),
                begin.firstLoss(),
                begin.lastLoss(),
                upload.form().encoding(),
                upload.form().slice(),
                upload.done(),
                new Bytes(upload.bytes())));
        return switch (tasks.complete(
                begin.lease(), upload.worker(), position, upload.done(), begin.tokens(), countsIn)) {
            case COMPLETED -> {
                note(upload, late);
                follow(begin.lease(), upload.worker(), begin.tokens(), position, countsIn);
                yield Optional.empty();
            }
            case ALREADY_DONE -> Optional.of(new Refusal(DUPLICATE, "this task already has its update"));
            case STALE -> Optional.of(new Refusal(LATE, "the task went to another worker"));
            case NO_SUCH_TASK -> Optional.of(new Refusal(UNKNOWN_LEASE, "no such task"));
        };
    }

    /** What else an update that counts brings about; may be done again. */
    private void follow(Lease lease, String worker, int tokens, long position, int countsIn) {
        audits.accepted(lease, worker, tokens, position, countsIn);
        desk.completed(lease);
    }

    /** Measures by an update that counts, once, and before the desk forgets since when its worker has had the task. @param late rounds */
    private void note(Upload upload, int late) {
        synchronized (upload) {
            if (!upload.note()) return;
        }
        metrics.accepted(late);
        try {
            desk.took(
                    upload.begin().lease(),
                    upload.worker(),
                    upload.begin().tokens(),
                    upload.begin().millis());
        } catch (RuntimeException e) { // the update counts all the same
            LOG.error("the speed of worker {} was not noted", upload.worker(), e);
        }
    }

    /**
     * The update of a task that is done, if it is this worker's and has this hash: it was accepted, but the answer to its commit, or
     * its verdict, may have been lost. What follows from it is made up for.
     *
     * @param waiting its upload, if that is still there
     */
    Optional<LoggedUpdate> again(String worker, Lease lease, Sha256 hash, Optional<Upload> waiting) {
        var task = tasks.find(lease.taskId())
                .filter(row -> row.state() == State.DONE && row.lease().equals(lease) && worker.equals(row.worker()))
                .filter(row -> row.logPosition() != null && log.holds(row.position()));
        var update = task.map(log::updateOf)
                .filter(found -> Digests.of(found.encoded().array()).equals(hash));
        update.ifPresent(found -> {
            waiting.ifPresent(upload -> note(upload, found.late()));
            followAgain(task.orElseThrow(), found);
        });
        return update;
    }

    private void followAgain(Task task, LoggedUpdate update) {
        var round = task.countsIn();
        int countsIn = round == null ? update.countsIn() : round; // a replica counts in none
        desk.open().counting(task.round(), _ -> {
            follow(task.lease(), update.worker(), update.tokens(), task.position(), countsIn);
            return countsIn;
        });
    }
}
