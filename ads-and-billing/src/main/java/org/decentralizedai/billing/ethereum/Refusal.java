package org.decentralizedai.billing.ethereum;

/** A wallet's sign-in that is refused. The message is for the person who tried. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why, as a value that can be counted. */
    public enum Reason {
        BAD_MESSAGE,
        WRONG_SITE,
        WRONG_CHAIN,
        WRONG_TIME,
        /** Never given out, too old, or used before. */
        WRONG_NONCE,
        WRONG_SIGNATURE,
        /** A smart wallet can't be asked now. */
        NO_ANSWER
    }

    private final Reason reason;

    Refusal(Reason reason, String sentence) {
        super(sentence);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
