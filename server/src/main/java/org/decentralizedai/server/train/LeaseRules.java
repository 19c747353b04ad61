package org.decentralizedai.server.train;

import static org.decentralizedai.wire.VerdictCode.BANNED;
import static org.decentralizedai.wire.VerdictCode.DUPLICATE;
import static org.decentralizedai.wire.VerdictCode.LATE;
import static org.decentralizedai.wire.VerdictCode.UNKNOWN_LEASE;

import java.util.Optional;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.train.Checks.Refusal;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.VerdictCode;

/** From whom an update of which lease is taken. Thread-safe. */
record LeaseRules(TaskLedger tasks, WorkerLedger workers, OpenRounds open) {

    /** Why no update of this lease is taken from this worker; empty when it is. */
    Optional<Refusal> refusal(String worker, Lease lease) {
        if (workers.banned(worker)) return refuse(BANNED, "this worker was banned by the operator");
        var found = tasks.find(lease.taskId());
        if (found.isEmpty()) return refuse(UNKNOWN_LEASE, "no such task is open");
        return refusal(worker, lease, found.get());
    }

    private Optional<Refusal> refusal(String worker, Lease lease, Task task) {
        if (lease.fence() > task.fence()) return refuse(UNKNOWN_LEASE, "no such lease was given");
        if (lease.fence() == task.fence() && task.worker() != null && !worker.equals(task.worker()))
            return refuse(UNKNOWN_LEASE, "this lease was given to another worker");
        if (lease.fence() < task.fence()) return refuse(LATE, "the lease ran out and the task went to another worker");
        if (task.state() == TaskLedger.State.DONE) return refuse(DUPLICATE, "this task already has its update");
        if (open.find(task.round()).isEmpty()) return Optional.of(closed(task.round()));
        if (task.worker() == null) return refuse(LATE, "the task was given back");
        return Optional.empty();
    }

    static Refusal closed(int round) {
        return new Refusal(LATE, "round " + round + " closed too long ago");
    }

    private static Optional<Refusal> refuse(VerdictCode code, String sentence) {
        return Optional.of(new Refusal(code, sentence));
    }
}
