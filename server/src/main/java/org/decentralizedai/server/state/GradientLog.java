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

    void replay(Sink sink);

    /** Forgets updates that count in rounds below {@code round}. */
    void trim(int round);

    @Override
    void close();
}
