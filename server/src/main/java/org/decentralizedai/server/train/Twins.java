package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.decentralizedai.server.edge.LocalAddress;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.wire.Lease;

/**
 * Finds a second worker for each task that is to be looked at: of another account, from another address as far as that is known, and
 * fast enough. It is asked when it has time and gets what looks like any other task. Trusted workers come first; newcomers have what
 * is left, by lot, so that nobody is sure of getting its friend's task by asking right after it. An offer that nobody takes while the
 * two could still end together lapses: the auditors have the task then. Offers are in memory alone; a crash makes them lapse. Thread-safe.
 */
final class Twins implements Replicas {
    /** For which a task is offered: as long as a full round waits for what began so much later. */
    static final Duration OFFERED = Audits.PATIENCE;

    private static final double NEWCOMERS_CHANCE = 0.5;

    private final TaskLedger tasks;
    private final Reputation reputation;
    private final Verification verification;
    private final Clock clock;
    private final Capacity auditors;
    private final Map<Long, Offer> offers = new LinkedHashMap<>(); // by task
    private final Map<String, Long> proven = new HashMap<>(); // who has lately asked, and when
    private int round;
    private int audited; // tasks of the round that the auditors are to compute

    /** What the auditors can do. */
    @FunctionalInterface
    interface Capacity {
        /** Whether they compute so many tasks in this time. */
        boolean enough(int tasks, Duration time);
    }

    /** @param parties that have computed the task or do @param until when it lapses */
    private record Offer(Lease lease, int round, int windows, Set<String> parties, String address, long until) {}

    Twins(TaskLedger tasks, Reputation reputation, Verification verification, Clock clock, Capacity auditors) {
        this.tasks = tasks;
        this.reputation = reputation;
        this.verification = verification;
        this.clock = clock;
        this.auditors = auditors;
    }

    @Override
    public synchronized void given(Lease lease, Worker worker, RoundPlan plan) {
        var recipe = plan.recipe();
        if (!recipe.verifiable()
                || !verification
                        .lot()
                        .draws(lease, reputation.trust(worker.id()).auditRate())) return;
        if (round != plan.round().number()) audited = 0;
        round = plan.round().number();
        var roundTime = Audits.PATIENCE.plusSeconds((long) recipe.taskSeconds());
        if (verification.replication() == Replication.WHEN_BUSY && auditors.enough(audited + 1, roundTime)) {
            audited++;
            return;
        }
        int windows = tasks.find(lease.taskId()).orElseThrow().work().windows();
        long until = clock.millis() + OFFERED.toMillis();
        offers.put(lease.taskId(), new Offer(lease, round, windows, Set.of(worker.id()), known(worker), until));
    }

    /** Two or more differ and nobody says who is right: a further one is to compute this task too, as long as its round is open. */
    synchronized void dispute(Lease lease, int ofRound, Set<String> parties) {
        offers.put(lease.taskId(), new Offer(lease, ofRound, 0, Set.copyOf(parties), "", Long.MAX_VALUE));
    }

    /** The auditors have the task. */
    synchronized void withdraw(long task) {
        offers.remove(task);
    }

    /** Whether a worker for this task may still be found. @param oldest round that is open */
    synchronized boolean seeks(long task, int oldest) {
        var offer = offers.get(task);
        return offer != null && offer.round() >= oldest && offer.until() >= clock.millis();
    }

    @Override
    public synchronized Optional<Lease> next(Worker worker, Fit fit, RoundPlan plan) {
        long now = clock.millis();
        int oldest = OpenRounds.oldest(plan.round().number());
        offers.values().removeIf(offer -> offer.until() < now || offer.round() < oldest);
        boolean trusted = reputation.trust(worker.id()).proven();
        if (trusted) proven.put(worker.id(), now);
        proven.values().removeIf(asked -> asked < now - plan.recipe().lease().toMillis());
        int left = trusted ? offers.size() : offers.size() - proven.size();
        if (left <= 0) return Optional.empty();
        for (Offer offer : shuffled(worker)) {
            if (!suits(offer, worker, fit) || !trusted && !chosen(offer, worker)) continue;
            offers.remove(offer.lease().taskId());
            var recipe = plan.recipe();
            var lease = tasks.replicate(offer.lease(), worker.id(), recipe.lease(), recipe.maxLease());
            if (lease.isPresent()) return lease;
        }
        return Optional.empty();
    }

    /** As nobody can foresee. */
    private List<Offer> shuffled(Worker worker) {
        var some = new ArrayList<Offer>();
        var others = new ArrayList<Offer>();
        for (Offer offer : offers.values())
            (verification.lot().draws(offer.lease(), "order " + worker.id(), 0.5) ? some : others).add(offer);
        some.addAll(others);
        return some;
    }

    private static boolean suits(Offer offer, Worker worker, Fit fit) {
        return !offer.parties().contains(worker.id())
                && (offer.address().isEmpty() || !offer.address().equals(known(worker)))
                && offer.windows() <= Fit.NEAR * fit.wanted();
    }

    private boolean chosen(Offer offer, Worker worker) {
        return verification.lot().draws(offer.lease(), "partner " + worker.id(), NEWCOMERS_CHANCE);
    }

    /** Empty for this machine: a proxy may be there. */
    private static String known(Worker worker) {
        String address = worker.address();
        return LocalAddress.is(address) ? "" : LocalAddress.household(address);
    }
}
