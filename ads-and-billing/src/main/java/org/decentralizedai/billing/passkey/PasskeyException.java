package org.decentralizedai.billing.passkey;

/** A passkey that is refused. The message is for the person who tried. */
public final class PasskeyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PasskeyException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    PasskeyException(String sentence) {
        super(sentence);
    }
}
