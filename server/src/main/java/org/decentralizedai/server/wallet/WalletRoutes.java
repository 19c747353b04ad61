package org.decentralizedai.server.wallet;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Turnover;
import org.decentralizedai.billing.payout.EpochStore;
import org.decentralizedai.billing.pool.EtherSettings;
import org.decentralizedai.server.edge.Routes;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.gas.DefaultGasProvider;

/** All routes of the wallet page and of the page that shows where the money goes. Without a chain they say that there is none. */
public final class WalletRoutes implements Routes, AutoCloseable {
    private final List<Routes> parts = new ArrayList<>();
    private Runnable close = () -> {};

    /** @param signedIn the account of whoever asks; refuses who is not signed in */
    public WalletRoutes(
            EtherSettings settings, Billing billing, Jdbi jdbi, Clock clock, Function<Context, String> signedIn) {
        if (settings.chain() == null) {
            parts.add(routes -> routes.get("/api/ether", context -> answer(context, nothing("ether"))));
            parts.add(routes -> routes.get("/api/transparency", context -> answer(context, nothing("terms"))));
            return;
        }
        var terms = EtherTerms.of(settings);
        var node = new ChainNow(
                new HttpService(requireNonNull(settings.chain().rpc()).toString()));
        close = node::close;
        var contract = ComputePool.load(
                terms.contract(),
                node.web3j(),
                new ReadonlyTransactionManager(node.web3j(), terms.contract()),
                new DefaultGasProvider());
        parts.add(routes -> routes.get("/api/ether", context -> answer(context, terms)));
        parts.add(new TransactionRoutes(
                new PoolCalls(terms.chain().id(), contract),
                node,
                settings.confirmations(),
                () -> Long.MAX_VALUE,
                signedIn,
                new EpochClaims(new EpochStore(jdbi))::of));
        if (terms.development()) parts.add(new FaucetRoutes(node));
        parts.add(new MoneyRoutes(
                terms,
                new MoneyFlow(new EpochStore(jdbi), new Turnover(jdbi)),
                () -> billing.ledger().amount(Account.income()),
                node,
                contract,
                clock));
    }

    private static Object nothing(String name) {
        var answer = new HashMap<String, @Nullable Object>();
        answer.put(name, null);
        return answer;
    }

    static void answer(Context context, Object body) {
        context.header("Cache-Control", "no-store").json(body);
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        parts.forEach(part -> part.register(routes));
    }

    @Override
    public void close() {
        close.run();
    }
}
