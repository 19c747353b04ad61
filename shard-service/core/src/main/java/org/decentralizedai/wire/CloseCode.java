package org.decentralizedai.wire;

/** WebSocket close codes of ours, in the range that RFC 6455 leaves to applications. */
public final class CloseCode {
    /** The worker speaks another version of the protocol: its page must be loaded again. */
    public static final int UNKNOWN_VERSION = 4426;

    /** This worker is not wanted any more. */
    public static final int BANNED = 4403;

    /** The same key has connected from elsewhere: two that both came back would push each other out for ever. */
    public static final int REPLACED = 4409;

    private CloseCode() {}

    /** Whether connecting again is of no use. */
    public static boolean isFinal(int code) {
        return code == UNKNOWN_VERSION || code == BANNED || code == REPLACED;
    }
}
