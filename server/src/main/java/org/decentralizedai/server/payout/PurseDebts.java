package org.decentralizedai.server.payout;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.OptionalLong;
import org.decentralizedai.billing.payout.Owing;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.billing.voucher.Owed.ByPosting;
import org.decentralizedai.billing.voucher.Owed.ByVoucher;
import org.decentralizedai.billing.voucher.Vouchers;

/** What customers owe, as the books, the vouchers and the watcher have it. */
final class PurseDebts implements Owing {
    private final Ether ether;
    private final Vouchers vouchers;

    PurseDebts(Ether ether, Vouchers vouchers) {
        this.ether = ether;
        this.vouchers = vouchers;
    }

    @Override
    public List<Owed> owed() {
        return vouchers.owed().stream().map(PurseDebts::debt).toList();
    }

    static Owed debt(org.decentralizedai.billing.voucher.Owed owed) {
        var purse = owed.purse();
        var spent = new Spent(requireNonNull(purse.owner()), requireNonNull(purse.label()), owed.spent());
        return switch (owed) {
            case ByVoucher by -> {
                var first = by.first();
                boolean former = first == null && !by.voucher().delegate().equals(purse.delegate()),
                        leaving = former || purse.exiting().signum() > 0, // both count for the delay only
                        unknown = first != null; // to the contract: the owner can revoke it, and owes up to the cap
                // until it is there
                var delegation = first == null ? null : new Delegation(first.delegate(), first.signature());
                yield new Owed(spent, new Voucher(by.voucher().signature(), delegation), leaving || unknown);
            }
            case ByPosting _ -> new Owed(spent, null, false); // what an exit asks for is not in it
        };
    }

    @Override
    public long seenBlock() {
        return ether.state().next() - 1;
    }

    @Override
    public OptionalLong settledBlock() {
        return ether.settledBlock();
    }
}
