package org.decentralizedai.billing.payout;

import java.util.List;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.jspecify.annotations.Nullable;

/** What customers have spent and the contract does not count yet. */
public interface Owing {
    /**
     * An account of the contract.
     *
     * @param spent ever, cumulative
     * @param voucher signature of its delegate under just that amount; null: it has no delegate, and the quorum posts it
     * @param leaving an exit is pending: what it owes must be there before the delay ends
     */
    record Owed(Spent spent, @Nullable String voucher, boolean leaving) {}

    /** Each account once; those that owe nothing are left out. */
    List<Owed> owed();

    /** The last block whose events are in the books. */
    long seenBlock();
}
