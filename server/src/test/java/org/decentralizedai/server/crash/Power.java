package org.decentralizedai.server.crash;

import org.jspecify.annotations.Nullable;

/** Keeps a process running until it reaches the point at which it shall end. One thread. */
final class Power {
    /** What the coordinator is doing. */
    enum Phase {
        START,
        LEASE,
        UPDATE,
        CLOSE,
        PROMOTE
    }

    private final @Nullable CrashPoint point;
    private int passes; // to be let through
    private boolean waits; // until it may end
    private boolean off;
    private boolean stumbling, committing;
    private Phase phase = Phase.START;

    /** @param point null for none. @param passes how often the point is passed before the process ends there */
    Power(@Nullable CrashPoint point, int passes) {
        this.point = point;
        this.passes = passes;
    }

    /** Counts no pass and does not end before {@link #count}. */
    Power waiting() {
        waits = true;
        return this;
    }

    void count() {
        waits = false;
    }

    void begin(Phase next) {
        phase = next;
    }

    Phase phase() {
        return phase;
    }

    /** Once, the first reading of a blob after the next commit of a round fails. */
    void stumble() {
        stumbling = true;
    }

    void commits() {
        committing = stumbling && phase == Phase.CLOSE;
    }

    boolean stumblesNow() {
        if (!committing) return false;
        stumbling = false;
        committing = false;
        return true;
    }

    boolean off() {
        return off;
    }

    /** For those who have something to do before they {@link #cut}. */
    boolean endsAt(CrashPoint reached) {
        return !off && !waits && reached == point && passes-- == 0;
    }

    Crash cut() {
        off = true;
        if (point == null) throw new IllegalStateException("no end was wanted");
        return new Crash(point);
    }

    void reach(CrashPoint reached) {
        if (endsAt(reached)) throw cut();
    }
}
