package org.decentralizedai.wire;

/** A frame that can't be read: unknown version or type, truncated, too long, or a field that breaks its rule. */
public final class FrameException extends RuntimeException {
    /** Why, as a value that can be counted. */
    public enum Code {
        UNKNOWN_VERSION,
        UNKNOWN_TYPE,
        BAD_LENGTH,
        BAD_FIELD
    }

    private final Code code;

    public FrameException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
