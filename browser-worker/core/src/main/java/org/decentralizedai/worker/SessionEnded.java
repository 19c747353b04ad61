package org.decentralizedai.worker;

/** Ends a session for good: the visitor stopped it, or it has failed with the message as the reason for people. */
final class SessionEnded extends RuntimeException {
    private final boolean failed;

    private SessionEnded(String reason, boolean failed) {
        super(reason);
        this.failed = failed;
    }

    static SessionEnded stopped() {
        return new SessionEnded("", false);
    }

    static SessionEnded failed(String reason) {
        return new SessionEnded(reason, true);
    }

    /** For the coordinator. */
    String reason() {
        return failed ? String.valueOf(getMessage()) : "this worker has stopped";
    }

    WorkerEvent.State state() {
        return new WorkerEvent.State(
                failed ? WorkerEvent.Phase.FAILED : WorkerEvent.Phase.STOPPED, String.valueOf(getMessage()));
    }
}
