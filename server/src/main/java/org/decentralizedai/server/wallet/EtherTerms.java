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
 */
record EtherTerms(Node chain, String contract, String rate, int confirmations, String minimumPayoutWei) {
    /** @param rpc of the development chain only: another node's address may hold a secret */
    record Node(long id, String name, @Nullable URI rpc) {}

    static EtherTerms of(EtherSettings settings) {
        var chain = requireNonNull(settings.chain());
        return new EtherTerms(
                new Node(chain.id(), chain.name(), chain.id() == Chain.DEVELOPMENT ? chain.rpc() : null),
                requireNonNull(settings.contract()),
                String.valueOf(settings.weiPerMicroCredit()),
                settings.confirmations(),
                settings.minimumPayoutWei().toString());
    }

    boolean development() {
        return chain.id() == Chain.DEVELOPMENT;
    }
}
