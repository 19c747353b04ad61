package org.decentralizedai.server.wallet;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.decentralizedai.billing.payout.PayoutAddress;
import org.decentralizedai.billing.pool.Label;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.payout.ClaimRoutes.Claim;
import org.decentralizedai.server.wallet.PoolCalls.Transaction;
import org.jspecify.annotations.Nullable;
import org.web3j.utils.Numeric;

/**
 * {@code POST /api/wallet/transactions/{kind}}: what a wallet is to send; wei are texts of digits. {@code GET
 * /api/wallet/transactions/{hash}}: what became of it. A claim needs no account: whoever sends it, its ether goes to who earned it.
 */
final class TransactionRoutes implements Routes {
    private static final Pattern HASH = Pattern.compile("0x[0-9a-f]{64}");

    /** How far a transaction has come. */
    enum State {
        /** The chain's node has not heard of it, or not yet. */
        UNKNOWN,
        WAITING,
        IN_BLOCK,
        /** The contract refused it. */
        REVERTED,
        /** It is confirmed, and this server has booked what it did. */
        COUNTED
    }

    /** @param block null: none yet */
    record Seen(State state, @Nullable Long block, long confirmations, int needed) {}

    private final PoolCalls calls;
    private final ChainNow node;
    private final int confirmations;
    private final LongSupplier booked;
    private final Function<Context, String> signedIn;
    private final Function<PayoutAddress, Claim> claims;

    /**
     * @param booked all blocks before this one are
     * @param signedIn the account of whoever asks; refuses who is not signed in
     * @param claims what an address can claim
     */
    TransactionRoutes(
            PoolCalls calls,
            ChainNow node,
            int confirmations,
            LongSupplier booked,
            Function<Context, String> signedIn,
            Function<PayoutAddress, Claim> claims) {
        this.calls = calls;
        this.node = node;
        this.confirmations = confirmations;
        this.booked = booked;
        this.signedIn = signedIn;
        this.claims = claims;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.post("/api/wallet/transactions/{kind}", context -> WalletRoutes.answer(context, wanted(context)));
        routes.get("/api/wallet/transactions/{hash}", context -> WalletRoutes.answer(context, seen(context)));
    }

    private Transaction wanted(Context context) {
        var fields = WalletFields.in(context);
        String kind = context.pathParam("kind");
        if (kind.equals("claim")) return claim(fields.address("address"));
        byte[] label = new Label(signedIn.apply(context)).bytes();
        return switch (kind) {
            case "top-up" -> calls.topUp(fields.address("from"), label, fields.wei("wei"));
            case "exit" -> calls.requestExit(label, fields.wei("wei"));
            case "cancel-exit" -> calls.cancelExit(label);
            case "complete-exit" -> calls.exit(fields.address("owner"), label);
            case "revoke" -> calls.revoke(label);
            default -> throw new RequestException(NOT_FOUND, "there is no transaction of this kind: " + kind);
        };
    }

    private Transaction claim(String address) {
        var claim = claims.apply(new PayoutAddress(address));
        var cumulative = new BigInteger(claim.cumulative());
        if (cumulative.compareTo(new BigInteger(claim.claimed())) <= 0)
            throw new RequestException(CONFLICT, "no epoch that is final has anything new for " + address);
        var proof = claim.proof().stream().map(Numeric::hexStringToByteArray).toList();
        return calls.claim(BigInteger.valueOf(claim.epoch()), address, cumulative, proof);
    }

    private Seen seen(Context context) {
        String hash = context.pathParam("hash");
        if (!HASH.matcher(hash).matches())
            throw new RequestException(BAD_REQUEST, "a transaction's hash has 0x and 64 small hex digits");
        var receipt = node.receipt(hash);
        if (receipt.isEmpty())
            return new Seen(node.knows(hash) ? State.WAITING : State.UNKNOWN, null, 0, confirmations);
        long block = receipt.get().getBlockNumber().longValueExact();
        long upon = Math.max(0, node.head().longValueExact() - block);
        var state = !receipt.get().isStatusOK()
                ? State.REVERTED
                : upon >= confirmations && block < booked.getAsLong() ? State.COUNTED : State.IN_BLOCK;
        return new Seen(state, block, Math.min(upon, confirmations), confirmations);
    }
}
