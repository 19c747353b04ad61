package org.decentralizedai.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import java.util.function.Supplier;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.pool.Ether;
import org.decentralizedai.server.payout.Payouts;

/** What is told of the reading of the chain and of payouts: figures, and a warning when somebody must do something. */
final class EtherHealth {
    private EtherHealth() {}

    /** @return the warning; empty when there is none, or no ether */
    static Supplier<Optional<String>> of(Billing billing, Optional<Payouts> payouts, MeterRegistry meters) {
        var ether = billing.ether();
        ether.ifPresent(pool -> measure(pool, meters));
        return () -> ether.map(Ether::state)
                .filter(state -> state.halted())
                .map(state -> "no deposits are credited: " + state.problem())
                .or(() -> payouts.flatMap(Payouts::problem).map(problem -> "payouts wait: " + problem));
    }

    private static void measure(Ether ether, MeterRegistry meters) {
        Gauge.builder("ether.head", ether, pool -> pool.state().head()).register(meters);
        Gauge.builder("ether.lag.blocks", ether, pool -> pool.state().lag()).register(meters);
        Gauge.builder("ether.faulty", ether, pool -> pool.state().fault() == null ? 0 : 1)
                .register(meters);
        Gauge.builder("ether.halted", ether, pool -> pool.state().halted() ? 1 : 0)
                .register(meters);
        Gauge.builder("ether.arrears", ether, pool -> pool.arrears().size()).register(meters);
    }
}
