package org.decentralizedai.billing.pool;

import java.math.BigInteger;

/**
 * A purse, and what is known of it besides the chain.
 *
 * @param signed wei, ever: what the contract counts as spent, or can be told by a voucher
 * @param secured as signed, by the delegate whom the contract knows: the word for one whom it does not know is void when the owner revokes
 * @param own its owner is a wallet of the customer's, or has named a delegate by him; else it may be anybody's
 */
public record Standing(Purse purse, BigInteger signed, BigInteger secured, boolean own) {
    public Standing {
        signed = signed.max(purse.spent());
        secured = secured.max(purse.spent());
    }

    boolean leaving() {
        return purse.exiting().signum() > 0;
    }
}
