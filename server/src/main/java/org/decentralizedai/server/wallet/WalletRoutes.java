package org.decentralizedai.server.wallet;

import static java.util.Objects.requireNonNull;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Turnover;
import org.decentralizedai.billing.payout.EpochStore;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.payout.ClaimRoutes;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.gas.DefaultGasProvider;

/** All routes of the wallet page and of the page that shows where the money goes. Without a chain they say that there is none. */
public final class WalletRoutes implements Routes, AutoCloseable {
    private final List<Routes> parts = new ArrayList<>();
    private Runnable close = () -> {};

    /**
     * @param claims of the volunteers' payouts, where there is ether
     * @param signedIn the account of whoever asks; refuses who is not signed in
     */
    public WalletRoutes(
            Billing billing, Optional<ClaimRoutes> claims, Jdbi jdbi, Clock clock, Function<Context, String> signedIn) {
        var ether = billing.ether();
        if (ether.isPresent()) addAll(ether.get(), claims.orElseThrow(), billing, jdbi, clock, signedIn);
        else {
            parts.add(routes -> routes.get("/api/ether", context -> answer(context, nothing("ether"))));
            parts.add(routes -> routes.get("/api/transparency", context -> answer(context, nothing("terms"))));
        }
    }

    private void addAll(
            Ether ether,
            ClaimRoutes claims,
            Billing billing,
            Jdbi jdbi,
            Clock clock,
            Function<Context, String> signedIn) {
        var settings = ether.settings();
        var terms = EtherTerms.of(settings);
        var chain = requireNonNull(settings.chain());
        var now = new ChainNow(new HttpService(requireNonNull(chain.rpc()).toString()));
        close = now::close;
        var contract = ComputePool.load(
                ether.contract(),
                now.web3j(),
                new ReadonlyTransactionManager(now.web3j(), ether.contract()),
                new DefaultGasProvider());
        var epochs = new EpochStore(jdbi);
        parts.add(routes -> routes.get("/api/ether", context -> answer(context, terms)));
        parts.add(new PurseRoutes(ether, billing, signedIn));
        parts.add(new VoucherRoutes(billing.vouchers().orElseThrow(), billing, signedIn));
        parts.add(new TransactionRoutes(
                new PoolCalls(chain.id(), contract),
                now,
                settings.confirmations(),
                () -> ether.state().next(),
                signedIn,
                claims::claim));
        if (terms.development()) parts.add(new FaucetRoutes(now));
        parts.add(new MoneyRoutes(
                terms,
                new MoneyFlow(epochs, new Turnover(jdbi)),
                () -> billing.ledger().amount(Account.income()),
                now,
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
