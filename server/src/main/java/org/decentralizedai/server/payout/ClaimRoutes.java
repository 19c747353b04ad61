package org.decentralizedai.server.payout;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.UNAVAILABLE;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;
import org.decentralizedai.billing.payout.EpochData;
import org.decentralizedai.billing.payout.EpochStore;
import org.decentralizedai.billing.payout.MerkleTree;
import org.decentralizedai.billing.payout.NodeException;
import org.decentralizedai.billing.payout.PayoutAddress;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/claims/ADDRESS}: what an address can claim, with the proof that the contract wants. Thread-safe. */
public final class ClaimRoutes implements Routes {
    /**
     * @param epoch the last one that is final; 0: none is yet
     * @param cumulative wei, all epochs so far
     * @param claimed wei of these that the contract has paid out
     * @param proof empty, too, when the address has no leaf
     */
    public record Claim(long epoch, String cumulative, String claimed, List<String> proof) {}

    private record Tree(long epoch, SortedMap<String, BigInteger> leaves, MerkleTree tree) {}

    private final EpochStore epochs;
    private final Function<String, BigInteger> claimed;
    private volatile @Nullable Tree newest; // building it takes a second when it is large

    /** @param claimed asks the chain what an address has claimed so far */
    ClaimRoutes(EpochStore epochs, Function<String, BigInteger> claimed) {
        this.epochs = epochs;
        this.claimed = claimed;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get(
                "/api/claims/{address}",
                context -> context.header("Cache-Control", "no-store").json(claim(address(context))));
    }

    private static PayoutAddress address(Context context) {
        try {
            return PayoutAddress.parse(context.pathParam("address"));
        } catch (IllegalArgumentException e) { // the rules of addresses, in a sentence
            throw new RequestException(BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    /** @throws RequestException when the chain does not answer */
    public Claim claim(PayoutAddress address) {
        var tree = newest();
        if (tree == null) return new Claim(0, "0", "0", List.of());
        var cumulative = tree.leaves().get(address.text());
        if (cumulative == null)
            return new Claim(tree.epoch(), "0", "0", List.of()); // the node is not asked for strangers
        try {
            return new Claim(
                    tree.epoch(),
                    cumulative.toString(),
                    claimed.apply(address.text()).toString(),
                    tree.tree().proof(address.text()));
        } catch (NodeException e) {
            throw new RequestException(UNAVAILABLE, "the chain does not answer: try again in a minute");
        }
    }

    private @Nullable Tree newest() {
        var epoch = epochs.newestFinal();
        if (epoch.isEmpty()) return null;
        var known = newest;
        if (known != null && known.epoch() == epoch.get().number()) return known;
        var leaves = EpochData.read(epochs.data(epoch.get().number()).orElseThrow())
                .computed()
                .leaves();
        return newest = new Tree(epoch.get().number(), leaves, MerkleTree.of(leaves));
    }
}
