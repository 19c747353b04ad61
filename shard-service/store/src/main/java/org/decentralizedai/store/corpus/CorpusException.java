package org.decentralizedai.store.corpus;

/** A corpus could not be fetched or read; the message is for the operator. */
public final class CorpusException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CorpusException(String message) {
        super(message);
    }

    public CorpusException(String message, Throwable cause) {
        super(message, cause);
    }
}
