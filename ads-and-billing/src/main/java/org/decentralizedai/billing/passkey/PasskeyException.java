package org.decentralizedai.billing.passkey;

/** A passkey that is refused. The message is for the person who tried. */
public final class PasskeyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why, as a value. */
    public enum Reason {
        /** It is no right answer to an offer that is open. */
        WRONG,
        /** Larger than WebAuthn allows, or than any key in use. */
        TOO_LARGE,
        /** It is registered already. */
        TAKEN
    }

    private final Reason reason;

    PasskeyException(String sentence, Throwable cause) {
        super(sentence, cause);
        reason = Reason.WRONG;
    }

    PasskeyException(String sentence) {
        this(Reason.WRONG, sentence);
    }

    PasskeyException(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
