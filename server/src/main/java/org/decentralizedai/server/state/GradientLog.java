package org.decentralizedai.server.state;

/**
 * The accepted updates of the rounds that are not closed yet, in the order they came. Append is at-least-once: after a crash a
 * record may be there whose sender never heard so; {@link TaskLedger} decides which record of a task counts.
 */
public interface GradientLog extends AutoCloseable {

    /** Receives the records in the order they were appended. */
    interface Sink {
        void accept(long position, LoggedUpdate update);
    }

    /** @return where it lies; it is on the disk when this returns */
    long append(LoggedUpdate update);

    /** @throws java.io.UncheckedIOException when there is no intact record at this position */
    LoggedUpdate read(long position);

    /** False when the record at this position was trimmed. */
    boolean holds(long position);

    /**
     * The update of a task that is done.
     *
     * @throws IllegalStateException when another lease's is there: this is not the log that the database speaks of
     */
    default LoggedUpdate updateOf(TaskLedger.Task done) {
        var update = read(done.position());
        if (!update.lease().equals(done.lease()))
            throw new IllegalStateException("the record at " + done.position() + " is of " + update.lease()
                    + ", not of task " + done.id() + " under fence " + done.fence());
        return update;
    }

    /** The update of which this is; as {@link #updateOf(TaskLedger.Task)}. */
    default LoggedUpdate updateOf(Contribution contribution) {
        var update = read(contribution.position());
        if (update.lease().taskId() != contribution.task())
            throw new IllegalStateException("the record at " + contribution.position() + " is of " + update.lease()
                    + ", not of task " + contribution.task());
        return update;
    }

    void replay(Sink sink);

    /** Forgets updates that count in rounds below {@code round}. */
    void trim(int round);

    @Override
    void close();
}
