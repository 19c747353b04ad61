package org.decentralizedai.server.state;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.decentralizedai.wire.Lease;
import org.jspecify.annotations.Nullable;

/**
 * Which task is leased to whom. Laws: a task has at most one live lease; every lease of a task has a larger fence than the one
 * before; only the newest fence completes a task, and only once. A task stays with its worker when its round closes, for some
 * rounds; its update then counts in a later round.
 */
public interface TaskLedger {

    /** What {@link #complete} did. */
    enum Outcome {
        COMPLETED,
        /** The task had its update already. */
        ALREADY_DONE,
        /** The task was leased again, given back, or never leased to this worker under this fence. */
        STALE,
        NO_SUCH_TASK
    }

    enum State {
        FREE,
        LEASED,
        DONE
    }

    /**
     * @param index in its round
     * @param logPosition of the accepted update, when done
     * @param countsIn round in whose step that update is, when done
     * @param unproven whether the account of that update was unproven, with the adapter that it has had then, when it came
     * @param portion whose windows it has
     * @param first of them
     * @param windows that it has; 0: it was never leased
     * @param steps that its newest lease gives out or, when done, that were trained
     * @param batch windows of each of them
     * @param replicaOf task that it repeats, so that it is in no mean and its index is that task's; null: none
     */
    record Task(
            long id,
            int round,
            int index,
            State state,
            @Nullable String worker,
            long fence,
            @Nullable Long logPosition,
            @Nullable Integer countsIn,
            boolean unproven,
            long portion,
            int first,
            int windows,
            int steps,
            int batch,
            @Nullable Long replicaOf) {

        /** Whose windows do not matter. */
        public Task(
                long id,
                int round,
                int index,
                State state,
                @Nullable String worker,
                long fence,
                @Nullable Long logPosition,
                @Nullable Integer countsIn,
                boolean unproven) {
            this(id, round, index, state, worker, fence, logPosition, countsIn, unproven, 0, 0, 0, 0, 0, null);
        }

        /** What its newest lease gives out or, when done, what was trained on. */
        public Work work() {
            return new Work(portion, first, steps, batch);
        }

        /** Its newest one, or the one that has completed it. */
        public Lease lease() {
            return new Lease(id, fence);
        }

        /** Of the update of a task that is done. */
        public long position() {
            if (logPosition == null) throw new IllegalStateException("task " + id + " is done without an update");
            return logPosition;
        }
    }

    /** A lease that ran out. */
    record Expired(Lease lease, String worker) {}

    /** How much of a task a worker is to have. */
    interface Sizing {
        /** Windows that suit it best. */
        int wanted();

        /** Windows that a portion has, at most as many as all are opened with. */
        int windows(long portion);

        /** What of these windows, from the first on. */
        Work of(long portion, int first, int windows);
    }

    /**
     * Leases a free task of a round: the first that was never leased, which takes windows as they are wanted, or of those that came
     * back that which has the nearest number. Empty when none is free. {@code limit} bounds all renewals together.
     */
    Optional<Lease> lease(int round, String worker, Duration time, Duration limit, Sizing sizing);

    /**
     * Leases a replica of what this lease gives out or, when its task is done, of what was trained on: the same windows, steps and
     * form under a number of its own. It goes to nobody else when its lease ends, and counts in no round when it is done. Empty
     * when the lease is not the newest of its task.
     */
    Optional<Lease> replicate(Lease original, String worker, Duration time, Duration limit);

    /** The other tasks that repeat this one, or that it repeats; whether or not anybody has computed them. */
    List<Task> twins(long taskId);

    /** Moves the deadline to {@code time} from now, not past the limit; false when the lease is no longer live. */
    boolean renew(Lease lease, String worker, Duration time);

    /**
     * A lease that ran out but was not leased again may still be completed. The worker's count of accepted updates grows in the
     * same commit, what else follows from it ({@link Booking}) is there too, and all is on the disk when COMPLETED is returned.
     * After an exception the task may be done or not. Windows that it has beyond {@code done} become free for later tasks, in
     * the same commit too.
     *
     * @param done what of its windows were trained on
     * @param tokens of those
     * @param countsIn round in whose step the update is to be, unless the task is a replica
     */
    Outcome complete(Lease lease, String worker, long logPosition, Work done, int tokens, int countsIn);

    /**
     * As {@link #complete}, for an update that is in the log after a crash: a power cut may have taken its lease from the database,
     * so that the lease is believed unless the task was leased again since, is another round's by now, or its windows are another
     * task's.
     */
    Outcome adopt(LoggedUpdate update, long logPosition, int countsIn);

    /** Another update instead of that at {@code position}, with its weight; false when the task does not have it any more. */
    boolean replace(long taskId, long position, String worker, long newPosition);

    /** Gives a task back; its fence will not complete it any more. False when the lease is not the newest of its task. */
    boolean release(Lease lease, String worker);

    /** Frees every task whose deadline has passed, once. */
    List<Expired> expire();

    /** Gives every live lease at least {@code time} from now: workers must find back after a restart. */
    void extendAll(Duration time);

    Optional<Task> find(long taskId);

    /** The tasks of a round by index, replicas apart. */
    List<Task> tasks(int round);

    /** The tasks whose updates count in a round, in the order of summation: by their own round, then by index. */
    List<Task> counted(int round);

    /** The tasks that workers are computing, of this round and later ones. */
    List<Task> leased(int since);

    /** Rounds from {@code oldest} on of which updates may still come, or have come for round {@code since} or a later one. */
    Set<Integer> inPlay(int oldest, int since);

    /** Live leases of this worker. */
    List<Lease> heldBy(String worker);
}
