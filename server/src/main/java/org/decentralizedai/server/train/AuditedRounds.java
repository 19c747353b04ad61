package org.decentralizedai.server.train;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;

/**
 * The rounds whose tasks can be computed again: those that are open, and earlier ones as long as an audit of their tasks waits.
 * Thread-safe.
 */
final class AuditedRounds {
    /** For which an audit waits at most; then it is missed. */
    static final int LONGEST = 16;

    /** Closed rounds that audits wait for at most: each has a checkpoint. */
    static final int MOST = 8;

    private final OpenRounds open;
    private final Map<Integer, RoundPlan> awaited = new ConcurrentHashMap<>();

    AuditedRounds(OpenRounds open) {
        this.open = open;
    }

    Optional<RoundPlan> find(int round) {
        return open.find(round).or(() -> Optional.ofNullable(awaited.get(round)));
    }

    boolean isOpen(int round) {
        return open.find(round).isPresent();
    }

    int running() {
        return open.running().round().number();
    }

    /** An audit of one of its tasks is open, so that {@link #forget} leaves it. */
    void await(RoundPlan plan) {
        awaited.put(plan.round().number(), plan);
    }

    void forget(IntPredicate unneeded) {
        awaited.keySet().removeIf(unneeded::test);
    }
}
