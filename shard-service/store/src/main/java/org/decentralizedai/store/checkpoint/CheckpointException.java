package org.decentralizedai.store.checkpoint;

/** A file is not a checkpoint of the model that was asked for; the message says what is wrong. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
