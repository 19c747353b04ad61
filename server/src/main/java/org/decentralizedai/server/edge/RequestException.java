package org.decentralizedai.server.edge;

/** A request that is refused. The message goes to the stranger who made it. */
public final class RequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why, as a value that can be counted. */
    public enum Code {
        BAD_REQUEST,
        UNAUTHORIZED,
        FORBIDDEN,
        NOT_FOUND,
        CONFLICT,
        TOO_MANY,
        UNAVAILABLE
    }

    private final Code code;

    public RequestException(Code code, String sentence) {
        super(sentence);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
