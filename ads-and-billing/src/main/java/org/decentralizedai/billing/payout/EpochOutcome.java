package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.SortedMap;

/**
 * What an epoch comes to, in wei.
 *
 * @param revenue that was there to be shared out
 * @param shares of it, by key; zeros left out
 * @param carried what is left for the next epoch, since nobody had a weight
 * @param assigned by key: what goes to the key's address now
 * @param unassigned by key: what has no address yet
 * @param leaves by address: cumulative, all epochs so far; what the contract pays, less what was claimed
 * @param total of the leaves
 * @param root of their tree, 0x and 64 digits
 */
public record EpochOutcome(
        BigInteger revenue,
        SortedMap<String, BigInteger> shares,
        BigInteger carried,
        SortedMap<String, BigInteger> assigned,
        SortedMap<String, BigInteger> unassigned,
        SortedMap<String, BigInteger> leaves,
        BigInteger total,
        String root) {

    /** Whether anybody is better off by it. */
    public boolean matters() {
        return !shares.isEmpty() || !assigned.isEmpty();
    }
}
