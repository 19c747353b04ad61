package org.decentralizedai.server.payout;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigInteger;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.payout.EpochClerk;
import org.decentralizedai.billing.payout.EpochClosing;
import org.decentralizedai.billing.payout.EpochStore;
import org.decentralizedai.billing.payout.PayoutAddresses;
import org.decentralizedai.billing.payout.PoolMessages;
import org.decentralizedai.billing.payout.PoolNode;
import org.decentralizedai.billing.payout.Signatures;
import org.decentralizedai.billing.payout.SignerKeys;
import org.decentralizedai.billing.payout.SpendingStore;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.train.Training;
import org.jspecify.annotations.Nullable;

/** The parts of payouts, wired; they take their turns from {@link #start} on. */
public final class Payouts implements AutoCloseable {
    private static final long POLL_MILLIS = 1000,
            DEVELOPMENT_POLL_MILLIS = 50; // there a block comes with its transaction

    /** What is worth bringing to the chain, as a part of what is worth claiming: its gas is about the same, and most claim many epochs at once. */
    private static final long SPENT_OF_PAYOUT = 10;

    private final Duration pause;
    private final EpochClerk clerk;
    private final List<Routes> routes;
    private final ClaimRoutes claims;

    /**
     * @param site address that epochs are published under; null: visitors come straight to this server
     * @param alone whether no other server uses the database
     */
    public Payouts(
            Ether ether,
            @Nullable URI site,
            Database database,
            Billing billing,
            Training training,
            MeterRegistry meters,
            Clock clock,
            BooleanSupplier alone) {
        var settings = ether.settings();
        var chain = requireNonNull(settings.chain(), "ether has no chain");
        String contract = ether.contract();
        pause = Duration.ofSeconds(settings.pollSeconds());
        var jdbi = database.jdbi();
        var epochs = new EpochStore(jdbi);
        var spendings = new SpendingStore(jdbi, clock);
        var keys = SignerKeys.read(settings.signerKeys());
        var node = new PoolNode(
                requireNonNull(chain.rpc(), "the chain has no node"),
                chain.id(),
                contract,
                settings.fromBlock(),
                settings.confirmations(),
                keys,
                chain.id() == Chain.DEVELOPMENT ? DEVELOPMENT_POLL_MILLIS : POLL_MILLIS,
                alone);
        var work = new CreditWork(training.promotions()::current);
        var terms = new EpochClosing.Terms(
                chain.id(),
                contract,
                settings.royaltyPercent(),
                site == null ? "" : site.toString().replaceFirst("/$", ""));
        clerk = new EpochClerk(
                new EpochClerk.Parts(
                        epochs,
                        spendings,
                        new Signatures(jdbi),
                        new EpochClosing(billing.ledger(), terms, work, clock),
                        new PurseDebts(ether, billing.vouchers().orElseThrow()),
                        node,
                        new PoolMessages(chain.id(), contract),
                        keys,
                        clock,
                        database::sync,
                        alone,
                        chain.id() == Chain.DEVELOPMENT
                                ? BigInteger.ZERO
                                : settings.minimumPayoutWei().divide(BigInteger.valueOf(SPENT_OF_PAYOUT))),
                Duration.ofHours(settings.epochHours()));
        Gauge.builder("payout.failing", clerk, each -> each.problem().isPresent() ? 1 : 0)
                .register(meters);
        Gauge.builder("payout.refused", clerk, EpochClerk::refusals).register(meters);
        claims = new ClaimRoutes(epochs, node::claimed);
        routes = List.of(
                new EpochRoutes(epochs, spendings, clerk, training.events()),
                claims,
                new PayoutAddressRoutes(
                        new PayoutAddresses(jdbi, clock),
                        training.credits(),
                        billing.ledger(),
                        contract,
                        database::sync));
    }

    public void start() {
        clerk.start(pause);
    }

    /** What the clerk's last turn failed at; empty: nothing. */
    public Optional<String> problem() {
        return clerk.problem();
    }

    public List<Routes> routes() {
        return routes;
    }

    public ClaimRoutes claims() {
        return claims;
    }

    @Override
    public void close() {
        clerk.close();
    }
}
