package org.decentralizedai.server.payout;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.billing.payout.Owing;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.billing.pool.Positions.Claim;

/** What customers owe, as the books and the watcher have it. */
final class PurseDebts implements Owing {
    private final Ether ether;

    PurseDebts(Ether ether) {
        this.ether = ether;
    }

    @Override
    public List<Owed> owed() {
        var owed = new ArrayList<Owed>();
        for (Claim claim : ether.positions().claims()) {
            var purse = claim.purse();
            String owner = purse.owner(), label = purse.label();
            if (!claim.open() || owner == null || label == null || purse.delegate() != null) continue;
            owed.add(new Owed(
                    new Spent(owner, label, claim.owed()), null, purse.exiting().signum() > 0));
        }
        return owed;
    }

    @Override
    public long seenBlock() {
        return ether.state().next() - 1;
    }
}
