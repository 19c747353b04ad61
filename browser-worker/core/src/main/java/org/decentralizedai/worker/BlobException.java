package org.decentralizedai.worker;

/** A blob that can't be had. */
public final class BlobException extends RuntimeException {
    private final boolean passing;

    /** @param passing it may work in a moment: the network, not the content */
    public BlobException(String sentence, boolean passing) {
        super(sentence);
        this.passing = passing;
    }

    public boolean passing() {
        return passing;
    }
}
