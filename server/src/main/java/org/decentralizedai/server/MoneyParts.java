package org.decentralizedai.server;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.server.account.SignedIn;
import org.decentralizedai.server.ad.AdParts;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.payout.Payouts;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.server.wallet.WalletRoutes;

/** Wires what customers pay by and volunteers are paid by: wallets, epochs and ads. Without ether in the settings there are no epochs. */
final class MoneyParts implements AutoCloseable {
    private final Billing billing;
    private final Optional<Payouts> payouts;
    private final WalletRoutes wallets;
    private final AdParts ads;
    private final Supplier<Optional<String>> problem;

    /** @param alone whether no other server uses the database */
    MoneyParts(
            Settings settings,
            Database database,
            Billing billing,
            Training training,
            SignedIn signedIn,
            MeterRegistry meters,
            Clock clock,
            BooleanSupplier alone) {
        this.billing = billing;
        payouts = billing.ether()
                .map(ether ->
                        new Payouts(ether, settings.publicUrl(), database, billing, training, meters, clock, alone));
        wallets = new WalletRoutes(billing, payouts.map(Payouts::claims), database.jdbi(), clock, signedIn::account);
        ads = new AdParts(settings.ads(), database.jdbi(), billing, training.events(), signedIn, clock);
        problem = EtherHealth.of(billing, payouts, meters);
    }

    List<Routes> routes() {
        var routes = new ArrayList<Routes>(ads.routes());
        routes.add(wallets);
        payouts.ifPresent(part -> routes.addAll(part.routes()));
        return routes;
    }

    /** What an operator must look at; empty: nothing, or no ether. */
    Optional<String> problem() {
        return problem.get();
    }

    /** Begins to read the chain and to take the turns of payouts. */
    void start() {
        billing.ether().ifPresent(Ether::start);
        payouts.ifPresent(Payouts::start);
    }

    @Override
    public void close() {
        ads.close();
        wallets.close();
        payouts.ifPresent(Payouts::close);
    }
}
