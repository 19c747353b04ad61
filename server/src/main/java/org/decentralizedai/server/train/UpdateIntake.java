package org.decentralizedai.server.train;

import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.DUPLICATE;
import static org.decentralizedai.wire.VerdictCode.MALFORMED;
import static org.decentralizedai.wire.VerdictCode.UNAVAILABLE;
import static org.decentralizedai.wire.VerdictCode.WRONG_HASH;

import java.time.Clock;
import java.util.Optional;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.train.Checks.Refusal;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.UploadFrom;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.wire.VerdictCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes updates in and refuses what is not one. Whoever hears ACCEPTED has an update that counts ({@link Acceptance}); a refusal
 * changes nothing but its count, and the task goes back to the desk. When log or database fail, or another server may be using
 * them, the worker hears UNAVAILABLE and its upload waits for its next try. Whoever sends again what counts already hears
 * ACCEPTED again. Works in place: a worker is answered before its next frame is read. Thread-safe.
 */
public final class UpdateIntake {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateIntake.class);
    private static final String NOT_ALONE = "the server is not alone with its database: please send the update again";

    private final TaskLedger tasks;
    private final WorkerLedger workers;
    private final TrainMetrics metrics;
    private final TaskDesk desk;
    private final Clock clock;
    private final LeaseRules leases;
    private final Acceptance acceptance;
    private final Uploads uploads;
    private final Answered answered = new Answered();

    /** @param maxWaitingBytes of all unfinished uploads together */
    public UpdateIntake(
            TaskLedger tasks,
            GradientLog log,
            WorkerLedger workers,
            TaskDesk desk,
            Audits audits,
            TrainMetrics metrics,
            Clock clock,
            long maxWaitingBytes) {
        this.tasks = tasks;
        this.workers = workers;
        this.desk = desk;
        this.metrics = metrics;
        this.clock = clock;
        leases = new LeaseRules(tasks, workers, desk.open());
        acceptance = new Acceptance(tasks, log, leases, desk, audits, metrics);
        uploads = new Uploads(clock, maxWaitingBytes);
    }

    /** Answers {@link UploadFrom}, or a {@link Verdict} when the update can't be taken or had come completely before. */
    public ServerMessage begin(String worker, UpdateBegin begin) {
        if (!desk.isAlone()) return unavailable(begin.lease(), NOT_ALONE);
        try {
            return begun(worker, begin);
        } catch (RuntimeException e) {
            return failed(begin.lease(), e);
        }
    }

    private ServerMessage begun(String worker, UpdateBegin begin) {
        var gone = leases.refusal(worker, begin.lease());
        if (gone.isPresent()) return refusedUnlessDone(worker, begin, gone.get());
        var task = tasks.find(begin.lease().taskId()).orElseThrow();
        var plan = desk.open().find(task.round()).orElseThrow();
        var form = plan.form(task);
        var wrong = plan.checks().announced(form, task.work(), begin);
        if (wrong.isPresent()) return refusedAndFreed(worker, begin.lease(), wrong.get());
        var work = task.work().done(begin.steps());
        var begun =
                uploads.begin(worker, begin, () -> new Upload(worker, begin, task.round(), form, work, clock.millis()));
        if (begun.isEmpty()) return unavailable(begin.lease(), "too many uploads are under way: please try again soon");
        answered.forget(worker, begin.lease());
        var upload = begun.get();
        synchronized (upload) {
            return upload.complete() ? judged(upload) : new UploadFrom(begin.lease(), upload.received());
        }
    }

    /** Whether this is the next chunk of an upload of this worker. Any other may cost a look into the database. */
    public boolean expects(String worker, UpdateChunk chunk) {
        var upload = uploads.find(worker, chunk.lease()).orElse(null);
        if (upload == null) return false;
        synchronized (upload) {
            return upload.isNext(chunk);
        }
    }

    /** Answers a {@link Verdict} after the last chunk or when one is wrong, nothing otherwise. */
    public Optional<Verdict> chunk(String worker, UpdateChunk chunk) {
        try {
            return taken(worker, chunk);
        } catch (RuntimeException e) {
            return Optional.of(failed(chunk.lease(), e));
        }
    }

    private Optional<Verdict> taken(String worker, UpdateChunk chunk) {
        var upload = uploads.find(worker, chunk.lease()).orElse(null);
        if (upload == null) return stray(worker, chunk.lease());
        synchronized (upload) {
            if (!uploads.has(upload)) return stray(worker, chunk.lease());
            metrics.uploaded(chunk.bytes().length());
            if (!upload.append(chunk, clock.millis())) return Optional.of(malformed(upload, chunk));
            return upload.complete() ? Optional.of(judged(upload)) : Optional.empty();
        }
    }

    /** Of no upload, or of one that was given up: the first is answered, whatever was under way behind it is not. */
    private Optional<Verdict> stray(String worker, Lease lease) {
        if (!answered.add(worker, lease)) return Optional.empty();
        if (!desk.isAlone()) return Optional.of(unavailable(lease, NOT_ALONE));
        var refusal = leases.refusal(worker, lease);
        if (refusal.isEmpty()) return Optional.of(unavailable(lease, "the upload was given up: please begin it again"));
        count(worker, refusal.get().code());
        return Optional.of(verdict(lease, refusal.get()));
    }

    private Verdict malformed(Upload upload, UpdateChunk chunk) {
        uploads.drop(upload);
        var why = "the chunk at " + chunk.offset() + " of " + chunk.bytes() + " does not follow byte "
                + upload.received();
        return refusedAndFreed(upload.worker(), chunk.lease(), new Refusal(MALFORMED, why));
    }

    /** @param upload waits for its worker's next try unless it is judged */
    private Verdict judged(Upload upload) {
        var begin = upload.begin();
        if (!desk.isAlone()) return unavailable(begin.lease(), NOT_ALONE);
        var verdict = verdict(upload);
        uploads.drop(upload);
        return verdict;
    }

    private Verdict verdict(Upload upload) {
        var begin = upload.begin();
        var gone = leases.refusal(upload.worker(), begin.lease());
        if (gone.isPresent()) return refusedUnlessDone(upload.worker(), begin, gone.get());
        var wrong = wrong(upload);
        if (wrong.isPresent()) return refusedAndFreed(upload.worker(), begin.lease(), wrong.get());
        return acceptance
                .accept(upload)
                .map(refusal -> refusedUnlessDone(upload.worker(), begin, refusal))
                .orElseGet(() -> accepted(begin));
    }

    /** With its bytes. */
    private Optional<Refusal> wrong(Upload upload) {
        if (!Digests.of(upload.bytes()).equals(upload.begin().hash()))
            return Optional.of(new Refusal(WRONG_HASH, "the bytes do not have the announced hash"));
        return desk.open() // without its round it does not count, whatever it is
                .find(upload.round())
                .flatMap(plan -> plan.checks()
                        .encoded(upload.form(), upload.bytes(), upload.begin().steps()));
    }

    private static Verdict accepted(UpdateBegin begin) {
        return new Verdict(begin.lease(), ACCEPTED, "thank you", begin.tokens());
    }

    private Verdict refusedUnlessDone(String worker, UpdateBegin begin, Refusal refusal) {
        boolean done = refusal.code() == DUPLICATE && isDone(worker, begin.lease(), begin.hash());
        return done ? accepted(begin) : refused(worker, begin.lease(), refusal);
    }

    /** Whether this is the update that counts. What was to be done about it, and was not, is done then. */
    private boolean isDone(String worker, Lease lease, Sha256 hash) {
        var waiting = uploads.find(worker, lease)
                .filter(upload -> upload.begin().hash().equals(hash));
        if (acceptance.again(worker, lease, hash, waiting).isEmpty()) return false;
        waiting.ifPresent(uploads::drop);
        return true;
    }

    private Verdict refusedAndFreed(String worker, Lease lease, Refusal refusal) {
        uploads.find(worker, lease).ifPresent(uploads::drop);
        desk.giveBack(worker, lease);
        return refused(worker, lease, refusal);
    }

    private Verdict refused(String worker, Lease lease, Refusal refusal) {
        if (answered.add(worker, lease)) count(worker, refusal.code());
        return verdict(lease, refusal);
    }

    private void count(String worker, VerdictCode code) {
        workers.refused(worker, code);
        metrics.refused(code);
    }

    private static Verdict verdict(Lease lease, Refusal refusal) {
        return new Verdict(lease, refusal.code(), refusal.sentence(), 0);
    }

    private static Verdict failed(Lease lease, RuntimeException cause) {
        LOG.error("the update of task {} could not be stored", lease.taskId(), cause);
        return unavailable(lease, "the update could not be stored: please send it again");
    }

    private static Verdict unavailable(Lease lease, String why) {
        return new Verdict(lease, UNAVAILABLE, why, 0);
    }

    /**
     * Forgets unfinished uploads that can't be completed any more. One whose task is done waits for an answer that was lost: what
     * follows from it is done, whether or not its worker comes back.
     */
    void purge() {
        uploads.giveUpIdle();
        for (Upload upload : uploads.list()) {
            synchronized (upload) {
                if (uploads.has(upload)) purge(upload);
            }
        }
    }

    private void purge(Upload upload) {
        var lease = upload.begin().lease();
        if (leases.refusal(upload.worker(), lease).isEmpty()) return;
        isDone(upload.worker(), lease, upload.begin().hash()); // also when its worker was banned meanwhile
        uploads.drop(upload);
    }
}
