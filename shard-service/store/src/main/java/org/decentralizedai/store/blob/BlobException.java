package org.decentralizedai.store.blob;

/** A blob store could not do what was asked; {@link #reason} says why in a form that can be counted. */
public final class BlobException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Reason {
        MISSING,
        CORRUPT,
        TOO_LARGE,
        POINTED_AT,
        STORAGE_FAILED
    }

    private final Reason reason;

    public BlobException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public BlobException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
