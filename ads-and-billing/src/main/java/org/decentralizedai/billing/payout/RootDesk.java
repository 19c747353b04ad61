package org.decentralizedai.billing.payout;

import org.decentralizedai.billing.payout.PayoutEpoch.State;
import org.decentralizedai.billing.payout.PoolState.Quorum;

/**
 * Brings the root of a closed epoch to the chain: proposed with the quorum's signatures, final after the delay. Each step reads the chain first, so that
 * doing it again, after a crash too, changes nothing.
 */
final class RootDesk {
    private final EpochStore epochs;
    private final PoolNode node;
    private final PoolMessages messages;
    private final Quorate quorate;
    private final boolean sends;

    /** @param sends whether there is a key that pays for transactions */
    RootDesk(EpochStore epochs, PoolNode node, PoolMessages messages, Quorate quorate, boolean sends) {
        this.epochs = epochs;
        this.node = node;
        this.messages = messages;
        this.quorate = quorate;
        this.sends = sends;
    }

    byte[] digest(PayoutEpoch epoch) {
        return messages.root(epoch.number(), epoch.root(), epoch.total(), epoch.dataUri());
    }

    /**
     * Goes as far as it can now.
     *
     * @param now seconds since 1970
     * @return what it waits for, in words; empty: the epoch is final
     * @throws IllegalStateException when the chain has something else than the books
     */
    String step(PayoutEpoch epoch, PoolState chain, Quorum quorum, long now) {
        long number = epoch.number();
        if (epoch.state() == State.FINAL) return "";
        var confirmed = node.confirmedRoot(number);
        if (confirmed.there()) {
            same(epoch, confirmed.root(), "the contract has made another root final");
            epochs.finalised(number);
            return "";
        }
        if (chain.epoch() >= number) {
            same(epoch, node.root(number).root(), "the contract has made another root final");
            return "epoch " + number + " is final as soon as its block is confirmed";
        }
        if (!chain.rootPends()) return propose(epoch, quorum);
        if (!chain.pendingRoot().equals(epoch.root())) epochs.displaced(number);
        same(epoch, chain.pendingRoot(), "another root was proposed");
        if (epoch.state() == State.CLOSED) epochs.proposed(number, null);
        if (now < chain.rootReadyAt() || !sends) return "epoch " + number + " waits until " + chain.rootReadyAt();
        epochs.finalising(number, node.finaliseRoot().transaction());
        return "epoch " + number + " is final as soon as its block is confirmed";
    }

    private String propose(PayoutEpoch epoch, Quorum quorum) {
        var signatures = quorate.of(digest(epoch), quorum);
        if (signatures.isEmpty()) return "epoch " + epoch.number() + " waits for signatures";
        if (!sends) return "epoch " + epoch.number() + " waits for somebody to propose it";
        var mined = node.proposeRoot(epoch, signatures.get());
        epochs.proposed(epoch.number(), mined.transaction());
        return "epoch " + epoch.number() + " is proposed";
    }

    private static void same(PayoutEpoch epoch, String root, String what) {
        if (!root.equals(epoch.root()))
            throw new IllegalStateException(what + " for epoch " + epoch.number() + ": " + root + ", not "
                    + epoch.root() + "; nothing more is done");
    }
}
