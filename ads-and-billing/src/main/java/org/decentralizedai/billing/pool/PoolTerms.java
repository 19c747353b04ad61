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
    private static final Duration BLOCK = Duration.ofSeconds(12); // Ethereum's; others are faster

    /**
     * An exit must be seen, and a voucher be brought, before it is paid.
     *
     * @param poll between two looks
     */
    boolean tooShort(int confirmations, Duration poll) {
        return delay.compareTo(BLOCK.multipliedBy(confirmations).plus(poll).multipliedBy(2)) < 0;
    }
}
