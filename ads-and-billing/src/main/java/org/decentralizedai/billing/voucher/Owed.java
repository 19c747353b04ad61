package org.decentralizedai.billing.voucher;

import java.math.BigInteger;
import org.decentralizedai.billing.pool.Purse;
import org.jspecify.annotations.Nullable;

/** What the contract should be told that was spent of a purse; once the chain says so it is not owed any more. */
public sealed interface Owed {
    /** With owner and label. */
    Purse purse();

    /** Wei, ever. */
    BigInteger spent();

    /**
     * To be redeemed.
     *
     * @param first to be brought before the voucher; null: the chain knows the delegate
     */
    record ByVoucher(Purse purse, Voucher voucher, @Nullable Delegation first) implements Owed {
        @Override
        public BigInteger spent() {
            return voucher.spent();
        }
    }

    /** To be posted by the quorum: nobody signs for this purse. What an exit asks for is left out. */
    record ByPosting(Purse purse, BigInteger spent) implements Owed {}
}
