package org.decentralizedai.server.state;

import org.jdbi.v3.core.Handle;

/** What is written in the same commit as the completion of a task, so that a crash keeps both or neither. */
public interface Booking {
    /** Writes nothing more. */
    Booking NONE = (_, _, _, _) -> {};

    /** @param tokens that the task trained on */
    void completed(Handle transaction, long taskId, String worker, int tokens);
}
