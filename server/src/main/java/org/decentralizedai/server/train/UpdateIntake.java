package org.decentralizedai.server.train;

import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.BANNED;
import static org.decentralizedai.wire.VerdictCode.DUPLICATE;
import static org.decentralizedai.wire.VerdictCode.LATE;
import static org.decentralizedai.wire.VerdictCode.MALFORMED;
import static org.decentralizedai.wire.VerdictCode.UNAVAILABLE;
import static org.decentralizedai.wire.VerdictCode.UNKNOWN_LEASE;
import static org.decentralizedai.wire.VerdictCode.WRONG_HASH;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.train.Checks.Refusal;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.UploadFrom;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.VerdictCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes updates in and refuses what is not one. An update counts when it is in the {@link GradientLog} and its task is
 * completed in the {@link TaskLedger}, both on the disk, in this order and before the worker hears ACCEPTED; a refusal changes
 * nothing but its count, and the task goes back to the desk. When log or database fail, the worker hears UNAVAILABLE and the
 * upload waits for its next try: the task may be done by then or not, and counts once either way. Parts of an update wait in
 * memory, bounded over all workers, so that a broken upload is resumed. Works in place: a worker is answered before its next
 * frame is read. Thread-safe.
 */
public final class UpdateIntake {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateIntake.class);

    private final TaskLedger tasks;
    private final GradientLog log;
    private final WorkerLedger workers;
    private final TrainMetrics metrics;
    private final TaskDesk desk;
    private final Audits audits;
    private final long maxWaitingBytes;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Map<Long, Upload> uploads = new ConcurrentHashMap<>(); // by task
    private final List<Object> turns = Stream.generate(Object::new).limit(64).toList(); // a task's: its id modulo 64

    /** @param maxWaitingBytes of all unfinished uploads together */
    public UpdateIntake(
            TaskLedger tasks,
            GradientLog log,
            WorkerLedger workers,
            TaskDesk desk,
            Audits audits,
            TrainMetrics metrics,
            long maxWaitingBytes) {
        this.tasks = tasks;
        this.log = log;
        this.workers = workers;
        this.desk = desk;
        this.audits = audits;
        this.metrics = metrics;
        this.maxWaitingBytes = maxWaitingBytes;
    }

    /** Answers {@link UploadFrom}, or a {@link Verdict} when the update can't be taken or had come completely before. */
    public ServerMessage begin(String worker, UpdateBegin begin) {
        try {
            return begun(worker, begin);
        } catch (RuntimeException e) {
            return unavailable(begin.lease(), e);
        }
    }

    private ServerMessage begun(String worker, UpdateBegin begin) {
        var refusal = lease(worker, begin.lease());
        if (refusal.isPresent()) return refused(worker, begin.lease(), refusal.get());
        var task = tasks.find(begin.lease().taskId()).orElseThrow();
        var plan = desk.open().find(task.round()).orElseThrow();
        var form = plan.recipe().form(task.round(), task.index());
        refusal = plan.checks().announced(form, task.work(), begin);
        if (refusal.isPresent()) return refusedAndFreed(worker, begin.lease(), refusal.get());
        var upload = uploads.get(begin.lease().taskId());
        if (upload == null || !upload.begin().equals(begin)) {
            drop(begin.lease().taskId());
            if (!reserve(begin.encodedBytes()))
                return new Verdict(
                        begin.lease(), UNAVAILABLE, "too many uploads are under way: please try again soon", 0);
            upload = new Upload(begin, task.round(), form, task.work().done(begin.steps()));
            var other = uploads.put(begin.lease().taskId(), upload);
            if (other != null) waitingBytes.addAndGet(-other.begin().encodedBytes());
        }
        synchronized (upload) {
            return upload.complete() ? judged(worker, upload) : new UploadFrom(begin.lease(), upload.received());
        }
    }

    /** Answers a {@link Verdict} after the last chunk or when one is wrong, nothing otherwise. */
    public Optional<Verdict> chunk(String worker, UpdateChunk chunk) {
        try {
            return taken(worker, chunk);
        } catch (RuntimeException e) {
            return Optional.of(unavailable(chunk.lease(), e));
        }
    }

    /** Log or database failed. */
    private static Verdict unavailable(Lease lease, RuntimeException cause) {
        LOG.error("the update of task {} could not be stored", lease.taskId(), cause);
        return new Verdict(lease, UNAVAILABLE, "the update could not be stored: please send it again", 0);
    }

    private Optional<Verdict> taken(String worker, UpdateChunk chunk) {
        var lease = chunk.lease();
        var upload = uploads.get(lease.taskId());
        if (upload == null || !upload.begin().lease().equals(lease))
            return Optional.of(refused(
                    worker,
                    lease,
                    lease(worker, lease).orElse(new Refusal(UNKNOWN_LEASE, "no upload was begun for this lease"))));
        synchronized (upload) {
            if (uploads.get(lease.taskId()) != upload)
                return Optional.of(refused(worker, lease, new Refusal(LATE, "the upload was given up")));
            metrics.uploaded(chunk.bytes().length());
            if (!upload.append(chunk.offset(), chunk.bytes())) {
                int expected = upload.received();
                drop(lease.taskId());
                return Optional.of(refusedAndFreed(
                        worker,
                        lease,
                        new Refusal(
                                MALFORMED,
                                "the chunk at " + chunk.offset() + " of " + chunk.bytes() + " does not follow byte "
                                        + expected)));
            }
            return upload.complete() ? Optional.of(judged(worker, upload)) : Optional.empty();
        }
    }

    private Verdict judged(String worker, Upload upload) {
        var verdict = complete(worker, upload);
        if (verdict.code() != UNAVAILABLE) drop(upload.begin().lease().taskId());
        return verdict;
    }

    private Verdict complete(String worker, Upload upload) {
        var begin = upload.begin();
        var gone = lease(worker, begin.lease());
        if (gone.isPresent()) return refused(worker, begin.lease(), gone.get());
        var plan = desk.open().find(upload.round());
        if (plan.isEmpty()) return refused(worker, begin.lease(), closed(upload.round()));
        if (!Digests.of(upload.bytes()).equals(begin.hash()))
            return refusedAndFreed(
                    worker, begin.lease(), new Refusal(WRONG_HASH, "the bytes do not have the announced hash"));
        var bad = plan.get().checks().encoded(upload.form(), upload.bytes(), begin.steps());
        if (bad.isPresent()) return refusedAndFreed(worker, begin.lease(), bad.get());
        return desk.open()
                .counting(upload.round(), countsIn -> kept(worker, upload, countsIn))
                .orElseGet(() -> refused(worker, begin.lease(), closed(upload.round())));
    }

    private static Refusal closed(int round) {
        return new Refusal(LATE, "round " + round + " closed too long ago");
    }

    /** One update of a task after the other: nothing follows the one that counts in the log. */
    private Verdict kept(String worker, Upload upload, int countsIn) {
        var lease = upload.begin().lease();
        synchronized (turns.get((int) (lease.taskId() % turns.size()))) {
            return lease(worker, lease)
                    .map(gone -> refused(worker, lease, gone))
                    .orElseGet(() -> keep(worker, upload, countsIn));
        }
    }

    private Verdict keep(String worker, Upload upload, int countsIn) {
        var begin = upload.begin();
        long position = log.append(new LoggedUpdate(
                upload.round(),
                countsIn - upload.round(),
                begin.lease(),
                worker,
                begin.tokens(),
                begin.firstLoss(),
                begin.lastLoss(),
                upload.form().encoding(),
                upload.form().slice(),
                upload.done(),
                new Bytes(upload.bytes())));
        return switch (tasks.complete(begin.lease(), worker, position, upload.done(), begin.tokens(), countsIn)) {
            case COMPLETED -> {
                metrics.accepted(countsIn - upload.round());
                draw(begin, worker, position, countsIn);
                desk.completed(begin.lease());
                measure(begin, worker);
                yield new Verdict(begin.lease(), ACCEPTED, "thank you", begin.tokens());
            }
            case ALREADY_DONE ->
                refused(worker, begin.lease(), new Refusal(DUPLICATE, "this task already has its update"));
            case STALE -> refused(worker, begin.lease(), new Refusal(LATE, "the task went to another worker"));
            case NO_SUCH_TASK -> refused(worker, begin.lease(), new Refusal(UNKNOWN_LEASE, "no such task"));
        };
    }

    /** The update counts whatever becomes of this. */
    private void draw(UpdateBegin begin, String worker, long position, int countsIn) {
        var lease = begin.lease();
        try {
            audits.accepted(lease, worker, begin.tokens(), position, countsIn);
        } catch (RuntimeException e) {
            LOG.error("no lot was drawn for the update of task {}", lease.taskId(), e);
        }
    }

    /** The update counts whatever becomes of this. */
    private void measure(UpdateBegin begin, String worker) {
        try {
            desk.took(worker, begin.tokens(), begin.millis());
        } catch (RuntimeException e) {
            LOG.error("the speed of worker {} was not noted", worker, e);
        }
    }

    private Optional<Refusal> lease(String worker, Lease lease) {
        if (workers.banned(worker)) return Optional.of(new Refusal(BANNED, "this worker was banned by the operator"));
        var found = tasks.find(lease.taskId());
        if (found.isEmpty()) return Optional.of(new Refusal(UNKNOWN_LEASE, "no such task is open"));
        return lease(worker, lease, found.get());
    }

    private Optional<Refusal> lease(String worker, Lease lease, Task task) {
        if (lease.fence() > task.fence()) return Optional.of(new Refusal(UNKNOWN_LEASE, "no such lease was given"));
        if (lease.fence() == task.fence() && task.worker() != null && !worker.equals(task.worker()))
            return Optional.of(new Refusal(UNKNOWN_LEASE, "this lease was given to another worker"));
        if (lease.fence() < task.fence())
            return Optional.of(new Refusal(LATE, "the lease ran out and the task went to another worker"));
        if (task.state() == TaskLedger.State.DONE)
            return Optional.of(new Refusal(DUPLICATE, "this task already has its update"));
        if (desk.open().find(task.round()).isEmpty()) return Optional.of(closed(task.round()));
        if (task.worker() == null) return Optional.of(new Refusal(LATE, "the task was given back"));
        return Optional.empty();
    }

    private Verdict refusedAndFreed(String worker, Lease lease, Refusal refusal) {
        drop(lease.taskId());
        desk.giveBack(worker, lease);
        return refused(worker, lease, refusal);
    }

    private Verdict refused(String worker, Lease lease, Refusal refusal) {
        count(worker, refusal.code());
        return new Verdict(lease, refusal.code(), refusal.sentence(), 0);
    }

    private void count(String worker, VerdictCode code) {
        workers.refused(worker, code);
        metrics.refused(code);
    }

    /** Forgets unfinished uploads that can't be completed any more. */
    void purge() {
        for (var entry : uploads.entrySet()) {
            var lease = entry.getValue().begin().lease();
            var task = tasks.find(lease.taskId());
            boolean open = task.isPresent()
                    && task.get().fence() == lease.fence()
                    && task.get().state() != TaskLedger.State.DONE
                    && task.get().worker() != null
                    && desk.open().find(task.get().round()).isPresent();
            if (!open) drop(lease.taskId());
        }
    }

    private void drop(long taskId) {
        var upload = uploads.remove(taskId);
        if (upload != null) waitingBytes.addAndGet(-upload.begin().encodedBytes());
    }

    private boolean reserve(int bytes) {
        if (waitingBytes.addAndGet(bytes) <= maxWaitingBytes) return true;
        waitingBytes.addAndGet(-bytes);
        return false;
    }
}
