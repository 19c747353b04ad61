package org.decentralizedai.billing.pool;

import java.math.BigInteger;
import java.time.Duration;

/**
 * What the contract's constructor has set for ever.
 *
 * @param cap wei that a posting takes of a purse at most
 * @param delay of exits, postings and roots
 */
record PoolTerms(BigInteger cap, Duration delay) {
    private static final Duration BLOCK = Duration.ofSeconds(12), // Ethereum's; others are faster
            SOON = Duration.ofMinutes(1); // however short the delay is

    /** How old what was last seen of the chain may be: in half of the delay no exit is paid that was asked for after it. */
    Duration patience() {
        var half = delay.dividedBy(2);
        return half.compareTo(SOON) < 0 ? SOON : half;
    }

    /**
     * An exit must be seen, and a voucher be brought, before it is paid.
     *
     * @param poll between two looks
     */
    boolean tooShort(int confirmations, Duration poll) {
        return delay.compareTo(BLOCK.multipliedBy(confirmations).plus(poll).multipliedBy(2)) < 0;
    }
}
