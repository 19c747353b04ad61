package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A closed epoch, without its data.
 *
 * @param revenue wei that were there to be shared out
 * @param total wei of the leaves, all epochs so far
 * @param dataHash SHA-256 of what is published
 * @param dataUri where, as it is signed
 * @param proposedIn transaction; null: not yet, or not by this server
 * @param finalIn likewise
 */
public record PayoutEpoch(
        long number,
        State state,
        long closedAtMillis,
        BigInteger revenue,
        BigInteger total,
        String root,
        String dataHash,
        String dataUri,
        @Nullable String proposedIn,
        @Nullable String finalIn) {
    private static final String AGAIN = "?again=";

    /** Another address of the same data: the contract takes a proposal once only. */
    String nextUri() {
        int hash = dataUri.indexOf('#'), mark = dataUri.indexOf(AGAIN);
        String path = dataUri.substring(0, mark < 0 ? hash : mark);
        int times = mark < 0 ? 1 : Integer.parseInt(dataUri.substring(mark + AGAIN.length(), hash));
        return path + AGAIN + (times + 1) + dataUri.substring(hash);
    }

    /** How far an epoch has come; it only ever goes forward, save that another proposal may take the place of a proposed one. */
    public enum State {
        /** The books have it; the chain does not. */
        CLOSED,
        /** The contract has its root and waits. */
        PROPOSED,
        /** Its root can be claimed from. */
        FINAL
    }
}
