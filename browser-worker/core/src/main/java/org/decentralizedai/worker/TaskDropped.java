package org.decentralizedai.worker;

/** Ends a task early; the message is a sentence for people and, unless the coordinator asked for it, for the coordinator. */
final class TaskDropped extends RuntimeException {
    private final boolean tell;

    private TaskDropped(String sentence, boolean tell) {
        super(sentence);
        this.tell = tell;
    }

    /** The worker can't or won't go on. */
    static TaskDropped because(String sentence) {
        return new TaskDropped(sentence, true);
    }

    /** The coordinator doesn't want it any more. */
    static TaskDropped cancelled(String sentence) {
        return new TaskDropped(sentence, false);
    }

    /** Whether the coordinator must be told. */
    boolean tell() {
        return tell;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
