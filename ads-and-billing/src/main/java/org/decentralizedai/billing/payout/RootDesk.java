package org.decentralizedai.billing.payout;

import org.decentralizedai.billing.payout.PayoutEpoch.State;
import org.decentralizedai.billing.payout.PoolState.Quorum;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the root of a closed epoch to the chain: proposed with the quorum's signatures, final after the delay. Each step reads the chain first, so that
 * doing it again, after a crash too, changes nothing.
 */
final class RootDesk {
    private static final Logger LOG = LoggerFactory.getLogger(RootDesk.class);

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
     * @throws Contradiction when the chain has something else than the books
     */
    String step(PayoutEpoch epoch, PoolState chain, Quorum quorum, long now) {
        long number = epoch.number();
        if (epoch.state() == State.FINAL) return "";
        var confirmed = node.confirmedRoot(number);
        if (confirmed.there()) {
            same(epoch, confirmed);
            epochs.finalised(number);
            return "";
        }
        if (chain.epoch() >= number) {
            same(epoch, node.root(number));
            return "epoch " + number + " is final as soon as its block is confirmed";
        }
        if (!chain.rootPends()) return propose(epoch, quorum);
        if (!ours(epoch, chain)) return instead(epoch, chain, quorum);
        if (epoch.state() == State.CLOSED) epochs.proposed(number, null);
        if (now < chain.rootReadyAt() || !sends) return "epoch " + number + " waits until " + chain.rootReadyAt();
        epochs.finalising(number, node.finaliseRoot().transaction());
        return "epoch " + number + " is final as soon as its block is confirmed";
    }

    /** The same root with another total, or with the hash of other data, is another proposal. */
    private boolean ours(PayoutEpoch epoch, PoolState chain) {
        if (!chain.pendingRoot().equals(epoch.root()) || !chain.pendingTotal().equals(epoch.total())) return false;
        String signed = node.proposedUri(epoch.number(), chain.block());
        return signed.isEmpty() || signed.equals(epoch.dataUri()); // empty: the node has not found it
    }

    /** Proposes ours, which takes the place of what pends; the delay starts anew. */
    private String instead(PayoutEpoch epoch, PoolState chain, Quorum quorum) {
        LOG.warn("another root was proposed for epoch {}: {}", epoch.number(), chain.pendingRoot());
        boolean proposed = epoch.state() == State.PROPOSED || epoch.proposedIn() != null;
        return "another root was proposed for epoch " + epoch.number() + "; "
                + propose(proposed ? epochs.displaced(epoch) : epoch, quorum);
    }

    private String propose(PayoutEpoch epoch, Quorum quorum) {
        var signatures = quorate.of(digest(epoch), quorum);
        if (signatures.isEmpty()) return "epoch " + epoch.number() + " waits for signatures";
        if (!sends) return "epoch " + epoch.number() + " waits for somebody to propose it";
        try {
            var mined = node.proposeRoot(epoch, signatures.get());
            epochs.proposed(epoch.number(), mined.transaction());
            return "epoch " + epoch.number() + " is proposed";
        } catch (NodeException e) {
            if (String.valueOf(e.getMessage()).contains(Reverts.PROPOSED_BEFORE)) epochs.displaced(epoch);
            throw e;
        }
    }

    private static void same(PayoutEpoch epoch, PoolState.FinalRoot found) {
        if (!found.root().equals(epoch.root()) || !found.total().equals(epoch.total()))
            throw new Contradiction("the contract has made another root final for epoch " + epoch.number() + ": "
                    + found.root() + " of " + found.total() + " wei, not " + epoch.root() + " of " + epoch.total()
                    + "; nothing more is done");
    }
}
