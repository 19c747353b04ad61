package org.decentralizedai.billing.pool;

import java.math.BigInteger;

/**
 * A purse, and what is known of it besides the chain.
 *
 * @param signed wei, ever: what the contract counts as spent, or can be told by a voucher
 * @param own its owner is a wallet of the customer's, or has named a delegate by him; else it may be anybody's
 */
public record Standing(Purse purse, BigInteger signed, boolean own) {
    public Standing {
        signed = signed.max(purse.spent());
    }

    boolean leaving() {
        return purse.exiting().signum() > 0;
    }
}
