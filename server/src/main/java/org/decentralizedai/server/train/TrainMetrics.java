package org.decentralizedai.server.train;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.decentralizedai.wire.VerdictCode;

/** What is counted and timed about training. */
public final class TrainMetrics {
    private final MeterRegistry registry;
    private final Counter rounds, accepted, late, uploaded, expired;
    private final Timer round, evaluation;

    public TrainMetrics(MeterRegistry registry) {
        this.registry = registry;
        rounds = registry.counter("train.rounds");
        accepted = registry.counter("train.updates.accepted");
        late = registry.counter("train.updates.late");
        uploaded = Counter.builder("train.upload").baseUnit("bytes").register(registry);
        expired = registry.counter("train.leases.expired");
        round = registry.timer("train.round");
        evaluation = registry.timer("train.evaluation");
        for (VerdictCode code : VerdictCode.values()) if (code != VerdictCode.ACCEPTED) refusals(code);
    }

    void online(IntSupplier workers) {
        Gauge.builder("train.workers.online", workers::getAsInt).register(registry); // kept alive by the registry
    }

    /** @param rounds by which the update is late */
    void accepted(int rounds) {
        accepted.increment();
        if (rounds > 0) late.increment();
    }

    void refused(VerdictCode code) {
        refusals(code).increment();
    }

    private Counter refusals(VerdictCode code) {
        return registry.counter("train.updates.refused", "reason", code.name());
    }

    /** @param agreed whether the auditor came to the same */
    void audited(boolean agreed) {
        registry.counter("train.audits", "agreed", String.valueOf(agreed)).increment();
    }

    void uploaded(int bytes) {
        uploaded.increment(bytes);
    }

    void expired(int leases) {
        expired.increment(leases);
    }

    void round(Duration time) {
        rounds.increment();
        round.record(time);
    }

    void evaluated(Duration time) {
        evaluation.record(time);
    }
}
