package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.decentralizedai.billing.payout.Owing.Owed;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.decentralizedai.billing.payout.PoolState.Purse;
import org.decentralizedai.billing.payout.PoolState.Quorum;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings to the chain what customers have spent: vouchers at once, for the others a posting of the quorum, which is applied after the delay. Reads the
 * chain before it writes, so that doing it again changes nothing. What the contract refuses of one customer stops nobody else's. Used by one thread
 * at a time, but {@link #refusals}.
 */
final class SpendingDesk {
    /** Of about 15,000 gas each (docs/contract.md): half of what a transaction may use (EIP-7825). */
    static final int POSTINGS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(SpendingDesk.class);

    /** A voucher, and the account it was brought to: worth another try when either has changed. */
    private record Attempt(Owing.Voucher voucher, Purse purse) {}

    private record Debt(Spent spent, BigInteger wei) {}

    private final SpendingStore spendings;
    private final PoolNode node;
    private final PoolMessages messages;
    private final Quorate quorate;
    private final Runnable sync;
    private final BigInteger minimum;
    private final Map<String, Attempt> refused = new HashMap<>(); // by account
    private volatile long refusals;
    private long lastBlock; // of what was sent

    /** @param minimum wei: less than that of an account waits until it is more, since its gas would cost more than it brings */
    SpendingDesk(
            SpendingStore spendings,
            PoolNode node,
            PoolMessages messages,
            Quorate quorate,
            Runnable sync,
            BigInteger minimum) {
        this.spendings = spendings;
        this.node = node;
        this.messages = messages;
        this.quorate = quorate;
        this.sync = sync;
        this.minimum = minimum;
    }

    /** How often the contract has refused something since the start. */
    long refusals() {
        return refusals;
    }

    /** The block that holds the newest of what was sent; 0: nothing was. */
    long lastBlock() {
        return lastBlock;
    }

    byte[] digest(SpendingStore.Spending spending) {
        return messages.spending(spending.number(), spending.postings());
    }

    /** Nothing when this server has no key to send with. @throws NodeException when the node is away */
    void redeem(List<Owed> owed) {
        if (!node.sends()) return;
        for (Owed each : owed) {
            var voucher = each.voucher();
            if (voucher != null) redeem(each.spent(), voucher);
        }
    }

    private void redeem(Spent spent, Owing.Voucher voucher) {
        var attempt = new Attempt(voucher, node.purse(spent.account()));
        if (!counts(spent, attempt.purse(), attempt.purse().covered()) || attempt.equals(refused.get(spent.account())))
            return;
        try {
            authorise(spent, voucher.first(), attempt.purse());
            sent(node.redeem(spent, voucher.signature()));
        } catch (NodeException e) {
            note(spent.account(), e);
            if (e.kind() == NodeException.Kind.REFUSED)
                refused.put(spent.account(), new Attempt(voucher, node.purse(spent.account())));
        }
    }

    private void authorise(Spent spent, Owing.@Nullable Delegation first, Purse purse) {
        if (first != null && !purse.delegate().equals(first.delegate().toLowerCase(Locale.ROOT)))
            sent(node.authorise(spent, first));
    }

    /** The next thing is tried; but when the node is away, none is. */
    private void note(String what, NodeException e) {
        if (e.kind() == NodeException.Kind.UNANSWERED) throw e;
        refusals++;
        LOG.warn("{}: {}", what, e.getMessage());
    }

    /** Whether so much is new that it is worth its gas. */
    private boolean counts(Spent spent, Purse purse, BigInteger covered) {
        var more = spent.wei().min(covered).subtract(purse.spent());
        return more.signum() > 0 && more.compareTo(minimum) >= 0;
    }

    private void sent(PoolState.Mined mined) {
        lastBlock = Math.max(lastBlock, mined.block());
    }

    /**
     * Goes as far as it can now. What the contract refuses of it does not stop the epoch: it counts later.
     *
     * @param since milliseconds: what was prepared after it is this epoch's, and an epoch has one posting
     * @param now seconds since 1970
     * @return what it waits for, in words; empty: this epoch has nothing more to post
     */
    Optional<String> post(List<Owed> owed, PoolState chain, Quorum quorum, long since, long now) {
        var last = spendings.find(chain.spending());
        boolean pends = chain.spendingPends();
        if (pends && last.isPresent() && last.get().hash().equals(chain.pendingPostings())) {
            if (now < chain.spendingReadyAt())
                return Optional.of("spending " + chain.spending() + " waits until " + chain.spendingReadyAt());
            if (apply(last.get())) return Optional.empty();
        }
        boolean early = chain.spending() > 0 && now < chain.spendingReadyAt() - quorum.delay() + quorum.epochLength();
        boolean posted = !pends && last.isPresent() && last.get().preparedAtMillis() >= since;
        return early || posted ? Optional.empty() : propose(postings(owed), chain.spending() + 1, quorum);
    }

    private boolean apply(SpendingStore.Spending spending) {
        try {
            var mined = node.applySpending(spending);
            sent(mined);
            spendings.applied(spending.number(), mined.transaction());
            return true;
        } catch (NodeException e) {
            note("spending " + spending.number(), e);
            return false;
        }
    }

    /** The largest debts, in the order of their accounts. */
    private List<Spent> postings(List<Owed> owed) {
        var debts = new ArrayList<Debt>();
        for (Owed each : owed) {
            if (each.voucher() != null && !refused.containsKey(each.spent().account())) continue;
            var purse = node.purse(each.spent().account());
            if (!purse.delegated()
                    && counts(each.spent(), purse, purse.covered().subtract(purse.exiting())))
                debts.add(new Debt(each.spent(), each.spent().wei().subtract(purse.spent())));
        }
        return debts.stream()
                .sorted(Comparator.comparing(Debt::wei).reversed())
                .limit(POSTINGS)
                .map(Debt::spent)
                .sorted(Comparator.comparing(Spent::account))
                .toList();
    }

    private Optional<String> propose(List<Spent> postings, long number, Quorum quorum) {
        var prepared = postings.isEmpty() ? spendings.find(number) : Optional.of(spendings.prepare(number, postings));
        if (prepared.isEmpty()) return Optional.empty();
        sync.run(); // what is signed must not be forgotten
        var signatures = quorate.of(digest(prepared.get()), quorum);
        if (signatures.isEmpty()) return Optional.empty(); // the epoch does not wait for other signers
        try {
            var mined = node.proposeSpending(prepared.get(), signatures.get());
            spendings.proposed(number, mined.transaction());
            return Optional.of("spending " + number + " is proposed");
        } catch (NodeException e) {
            note("spending " + number, e);
            return Optional.empty();
        }
    }
}
