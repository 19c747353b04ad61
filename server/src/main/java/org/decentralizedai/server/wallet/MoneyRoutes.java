package org.decentralizedai.server.wallet;

import io.javalin.router.JavalinDefaultRoutingApi;
import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.wallet.MoneyFlow.Closed;
import org.decentralizedai.server.wallet.MoneyFlow.Sources;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/transparency}: where the money came from and went, for everybody. Amounts are texts of digits. */
final class MoneyRoutes implements Routes {
    private static final int EPOCHS = 52;
    private static final Duration FRESH = Duration.ofSeconds(15); // however many people look

    /** What the contract counts, in wei, ever; {@code balance} is what it holds now. */
    record Totals(String deposited, String exited, String spent, String claimed, String balance) {}

    /** @param income wei that the contract counts as spent and that no epoch has shared out yet */
    record Open(long fromMillis, Sources sources, String income) {}

    /** @param totals null: the chain can't be asked right now */
    record Money(EtherTerms terms, @Nullable Totals totals, Open open, List<Closed> epochs) {}

    private record Answer(long atMillis, Money money) {}

    private final EtherTerms terms;
    private final MoneyFlow flow;
    private final Supplier<BigInteger> income;
    private final ChainNow node;
    private final ComputePool contract;
    private final Clock clock;
    private @Nullable Answer last;

    MoneyRoutes(
            EtherTerms terms,
            MoneyFlow flow,
            Supplier<BigInteger> income,
            ChainNow node,
            ComputePool contract,
            Clock clock) {
        this.terms = terms;
        this.flow = flow;
        this.income = income;
        this.node = node;
        this.contract = contract;
        this.clock = clock;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get(
                "/api/transparency",
                context -> context.header("Cache-Control", "no-cache").json(money()));
    }

    private synchronized Money money() {
        long now = clock.millis();
        if (last != null && now - last.atMillis() < FRESH.toMillis()) return last.money();
        long since = flow.openSince();
        var open = new Open(since, flow.sources(since, now), income.get().toString());
        last = new Answer(now, new Money(terms, totals(), open, flow.newest(EPOCHS)));
        return last.money();
    }

    private @Nullable Totals totals() {
        try {
            return new Totals(
                    node.answer(contract.totalDeposited()).toString(),
                    node.answer(contract.totalExited()).toString(),
                    node.answer(contract.totalSpent()).toString(),
                    node.answer(contract.totalClaimed()).toString(),
                    node.balance(terms.contract()).toString());
        } catch (RequestException e) { // the books are shown all the same
            return null;
        }
    }
}
