package org.decentralizedai.worker;

import org.jspecify.annotations.Nullable;

/** Where a session gets its events, in order. */
public interface Inbox {
    /** Waits for an event up to so many milliseconds; 0 only looks. */
    @Nullable
    Event next(double millis);
}
