package org.decentralizedai.billing.payout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.billing.payout.Owing.Owed;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.decentralizedai.billing.payout.PoolState.Quorum;

/**
 * Brings to the chain what customers have spent: vouchers at once, for the others a posting of the quorum, which is applied after the delay. Reads the
 * chain before it writes, so that doing it again changes nothing.
 */
final class SpendingDesk {
    private final SpendingStore spendings;
    private final PoolNode node;
    private final PoolMessages messages;
    private final Quorate quorate;
    private final Runnable sync;
    private long lastBlock; // of what was sent

    SpendingDesk(SpendingStore spendings, PoolNode node, PoolMessages messages, Quorate quorate, Runnable sync) {
        this.spendings = spendings;
        this.node = node;
        this.messages = messages;
        this.quorate = quorate;
        this.sync = sync;
    }

    /** The block that holds the newest of what was sent; 0: nothing was. */
    long lastBlock() {
        return lastBlock;
    }

    byte[] digest(SpendingStore.Spending spending) {
        return messages.spending(spending.number(), spending.postings());
    }

    /** @throws NodeException after all were tried */
    void redeem(List<Owed> owed) {
        NodeException first = null;
        for (Owed each : owed) {
            var voucher = each.voucher();
            try {
                if (voucher == null || !isNew(each.spent())) continue;
                if (voucher.first() != null) authorise(each.spent(), voucher.first());
                sent(node.redeem(each.spent(), voucher.signature()));
            } catch (NodeException e) { // one that the contract refuses must not stop the others
                if (first == null) first = e;
            }
        }
        if (first != null) throw first;
    }

    private void authorise(Spent spent, Owing.Delegation delegation) {
        if (!node.delegate(spent.account()).equals(delegation.delegate())) sent(node.authorise(spent, delegation));
    }

    private boolean isNew(Spent spent) {
        return node.spent(spent.account()).compareTo(spent.wei()) < 0;
    }

    private void sent(PoolState.Mined mined) {
        lastBlock = Math.max(lastBlock, mined.block());
    }

    /**
     * Goes as far as it can now.
     *
     * @param since milliseconds: what was prepared after it is this epoch's, and an epoch has one posting
     * @param now seconds since 1970
     * @return what it waits for, in words; empty: this epoch has nothing more to post
     */
    Optional<String> post(List<Owed> owed, PoolState chain, Quorum quorum, long since, long now) {
        var last = spendings.find(chain.spending());
        if (chain.spendingPends()) {
            if (last.isEmpty() || !last.get().hash().equals(chain.pendingPostings()))
                return Optional.empty(); // another server's: nobody here has its postings
            if (now < chain.spendingReadyAt())
                return Optional.of("spending " + chain.spending() + " waits until " + chain.spendingReadyAt());
            var mined = node.applySpending(last.get());
            sent(mined);
            spendings.applied(chain.spending(), mined.transaction());
            return Optional.empty();
        }
        boolean posted = last.isPresent() && last.get().preparedAtMillis() >= since;
        boolean early = chain.spending() > 0 && now < chain.spendingReadyAt() - quorum.delay() + quorum.epochLength();
        return posted || early ? Optional.empty() : propose(postings(owed), chain.spending() + 1, quorum);
    }

    private List<Spent> postings(List<Owed> owed) {
        var postings = new ArrayList<Spent>();
        for (Owed each : owed)
            if (each.voucher() == null && !each.leaving() && isNew(each.spent())) postings.add(each.spent());
        postings.sort(Comparator.comparing(Spent::account));
        return postings;
    }

    private Optional<String> propose(List<Spent> postings, long number, Quorum quorum) {
        var prepared = postings.isEmpty() ? spendings.find(number) : Optional.of(spendings.prepare(number, postings));
        if (prepared.isEmpty()) return Optional.empty();
        sync.run(); // what is signed must not be forgotten
        var signatures = quorate.of(digest(prepared.get()), quorum);
        if (signatures.isEmpty()) return Optional.empty(); // the epoch does not wait for other signers
        var mined = node.proposeSpending(prepared.get(), signatures.get());
        spendings.proposed(number, mined.transaction());
        return Optional.of("spending " + number + " is proposed");
    }
}
