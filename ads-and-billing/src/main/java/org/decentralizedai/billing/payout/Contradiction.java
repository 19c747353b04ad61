package org.decentralizedai.billing.payout;

/** The chain has something else than the books: for people to look at. */
final class Contradiction extends RuntimeException {
    private static final long serialVersionUID = 1;

    Contradiction(String sentence) {
        super(sentence);
    }
}
