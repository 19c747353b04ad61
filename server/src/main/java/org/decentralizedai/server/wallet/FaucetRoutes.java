package org.decentralizedai.server.wallet;

import static org.decentralizedai.server.edge.RequestException.Code.FORBIDDEN;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.util.Map;
import org.decentralizedai.server.edge.LocalAddress;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;

/** {@code POST /api/wallet/faucet}: ether of the development chain, which is worth nothing, to an address; asked by this machine only. */
final class FaucetRoutes implements Routes {
    private static final BigInteger GIFT = BigInteger.TEN.pow(19); // ten ether

    private final ChainNow node;

    FaucetRoutes(ChainNow node) {
        this.node = node;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.post("/api/wallet/faucet", this::give);
    }

    private void give(Context context) {
        if (!LocalAddress.is(context.ip()))
            throw new RequestException(FORBIDDEN, "development ether is for this machine only");
        String address = WalletFields.in(context).address("address");
        var wei = node.balance(address).add(GIFT);
        node.setBalance(address, wei);
        WalletRoutes.answer(context, Map.of("wei", wei.toString()));
    }
}
