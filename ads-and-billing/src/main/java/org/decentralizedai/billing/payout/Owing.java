package org.decentralizedai.billing.payout;

import java.util.List;
import java.util.OptionalLong;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.jspecify.annotations.Nullable;

/** What customers have spent and the contract does not count yet. */
public interface Owing {
    /**
     * An account of the contract.
     *
     * @param spent ever, cumulative
     * @param voucher under just that amount; null: it has no delegate, and the quorum posts it
     * @param leaving what it owes must be brought at once: an exit is pending, its delegate was revoked, or the contract does not know him yet
     */
    record Owed(Spent spent, @Nullable Voucher voucher, boolean leaving) {}

    /**
     * A delegate's signature.
     *
     * @param first the owner's word for that delegate, to be brought before; null: the chain has it
     */
    record Voucher(String signature, @Nullable Delegation first) {}

    /** @param signature the owner's */
    record Delegation(String delegate, String signature) {}

    /** Each account once; those that owe nothing are left out. */
    List<Owed> owed();

    /** The last block whose events are in the books. */
    long seenBlock();

    /** The same, when no event of the blocks before is missing; empty: that is not known now, and no epoch may be closed. */
    OptionalLong settledBlock();
}
