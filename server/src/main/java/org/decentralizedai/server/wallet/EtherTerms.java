package org.decentralizedai.server.wallet;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.pool.EtherSettings;
import org.jspecify.annotations.Nullable;

/**
 * How ether is taken here, for everybody to read.
 *
 * @param rate wei for a micro-credit
 * @param confirmations blocks upon a transaction's block before it counts
 * @param minimumPayoutWei below which claiming is not suggested
 * @param adFree null: there are no ads to be rid of
 */
record EtherTerms(
        Node chain,
        String contract,
        String rate,
        int confirmations,
        String minimumPayoutWei,
        @Nullable AdFree adFree) {
    /** @param rpc of the development chain only: another node's address may hold a secret */
    record Node(long id, String name, @Nullable URI rpc) {}

    /** A month of 30 days without ads, in micro-credits. */
    record AdFree(String microCredits) {}

    static EtherTerms of(EtherSettings settings, @Nullable AdFree adFree) {
        var chain = requireNonNull(settings.chain());
        return new EtherTerms(
                new Node(chain.id(), chain.name(), chain.id() == Chain.DEVELOPMENT ? chain.rpc() : null),
                requireNonNull(settings.contract()),
                String.valueOf(settings.weiPerMicroCredit()),
                settings.confirmations(),
                settings.minimumPayoutWei().toString(),
                adFree);
    }

    boolean development() {
        return chain.id() == Chain.DEVELOPMENT;
    }
}
