package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.decentralizedai.server.edge.LocalAddress;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.wire.Lease;

/**
 * Finds a second worker for each task that is to be looked at: of another account, from another address as far as that is known, and
 * fast enough. It is asked when it has time and gets what looks like any other task. Trusted workers come first; newcomers have what
 * is left, by lot, so that nobody is sure of getting its friend's task by asking right after it. Who gives one back, or is
 * {@link #OVERDUE}, gets none for the rest of the round, and others are asked: nobody chooses among them, or stops them. An offer that nobody
 * takes while the two could still end together lapses: the auditors have the task then. Offers are in memory alone; a crash makes them
 * lapse. Thread-safe.
 */
final class Twins implements Replicas {
    /** For which a task is offered: as long as a full round waits for what began so much later. */
    static final Duration OFFERED = Audits.PATIENCE;

    /** Times as long as a replica should take, after which it is not waited for any more. */
    static final double OVERDUE = 2;

    /** Than a task of its own is a replica at most. */
    private static final double LARGER = 1.05;

    private static final double NEWCOMERS_CHANCE = 0.5;

    private final TaskLedger tasks;
    private final Reputation reputation;
    private final Verification verification;
    private final Clock clock;
    private final Capacity auditors;
    private final IntPredicate isOpen;
    private final Map<Long, Offer> offers = new LinkedHashMap<>(); // by task
    private final Map<Long, Offer> taken = new HashMap<>(); // by task: what was last taken of it
    private final Map<Long, UnderWay> underWay = new HashMap<>(); // by task of the replica
    private final Map<Long, Integer> overdue =
            new HashMap<>(); // tasks of replicas that have taken too long, and their round
    private final Set<String> barred = new HashSet<>(); // from replicas of this round
    private final Map<String, Long> proven = new HashMap<>(); // who has lately asked, and when
    private int round;
    private int audited; // tasks of the round that the auditors are to compute

    /** What the auditors can do. */
    @FunctionalInterface
    interface Capacity {
        /** Whether they compute so many tasks in this time. */
        boolean enough(int tasks, Duration time);
    }

    /** @param parties that have computed the task or do @param addresses of those @param until when it lapses */
    private record Offer(Lease lease, int round, int windows, Set<String> parties, Set<String> addresses, long until) {

        Offer takenBy(Worker worker) {
            return new Offer(
                    lease, round, windows, both(parties, Set.of(worker.id())), both(addresses, known(worker)), until);
        }

        /** For those who have not had it. */
        Offer again(long now) {
            long lapses = until == Long.MAX_VALUE ? until : now + OFFERED.toMillis();
            return new Offer(lease, round, windows, parties, addresses, lapses);
        }

        private static Set<String> both(Set<String> some, Set<String> others) {
            var all = new HashSet<>(some);
            all.addAll(others);
            return Set.copyOf(all);
        }
    }

    /** @param ends when it should be done; never, where nobody knows */
    private record UnderWay(Offer offer, String worker, long ends, long overdue) {}

    /** @param isOpen whether updates of tasks of this round are taken */
    Twins(
            TaskLedger tasks,
            Reputation reputation,
            Verification verification,
            Clock clock,
            Capacity auditors,
            IntPredicate isOpen) {
        this.tasks = tasks;
        this.reputation = reputation;
        this.verification = verification;
        this.clock = clock;
        this.auditors = auditors;
        this.isOpen = isOpen;
    }

    @Override
    public synchronized void given(Lease lease, Worker worker, RoundPlan plan, Duration computing) {
        var recipe = plan.recipe();
        if (!recipe.verifiable()
                || !verification
                        .lot()
                        .draws(lease, reputation.trust(worker.id()).auditRate())) return;
        in(plan.round().number());
        if (verification.replication() == Replication.WHEN_BUSY && auditors.enough(audited + 1, roundTime(computing))) {
            audited++;
            return;
        }
        long until = clock.millis() + OFFERED.toMillis();
        var parties = Set.of(worker.id());
        offers.put(lease.taskId(), new Offer(lease, round, windows(lease), parties, known(worker), until));
    }

    /** In which what is given out now is to be audited. @param computing that the round's tasks are computed */
    static Duration roundTime(Duration computing) {
        return Audits.PATIENCE.plus(computing);
    }

    private void in(int number) {
        if (round == number) return;
        round = number;
        audited = 0;
        barred.clear();
    }

    /**
     * Two or more differ and nobody says who is right: a further one is to compute this task too, as long as its round is open. From
     * where the parties asked is not known any more after a restart.
     */
    synchronized void dispute(Lease lease, int ofRound, Set<String> parties) {
        var before = taken.get(lease.taskId());
        Set<String> addresses = before == null ? Set.of() : before.addresses();
        var all = before == null ? parties : Offer.both(parties, before.parties());
        var offer = new Offer(lease, ofRound, windows(lease), Set.copyOf(all), addresses, Long.MAX_VALUE);
        offers.put(lease.taskId(), offer);
    }

    private int windows(Lease lease) {
        return tasks.find(lease.taskId()).orElseThrow().work().windows();
    }

    /** The auditors have the task. */
    synchronized void withdraw(long task) {
        offers.remove(task);
        underWay.values().removeIf(each -> each.offer().lease().taskId() == task);
    }

    /** Offers again what was given back, or takes too long. */
    private void askOthers() {
        long now = clock.millis();
        overdue.values().removeIf(ofRound -> !isOpen.test(ofRound));
        for (var entry : List.copyOf(underWay.entrySet())) {
            var each = entry.getValue();
            var row = tasks.find(entry.getKey());
            boolean done =
                    row.filter(task -> task.state() == TaskLedger.State.DONE).isPresent();
            boolean works =
                    row.filter(task -> task.state() == TaskLedger.State.LEASED).isPresent();
            if (works && now <= each.overdue()) continue;
            underWay.remove(entry.getKey());
            if (done || !isOpen.test(each.offer().round())) continue;
            if (works) overdue.put(entry.getKey(), each.offer().round());
            barred.add(each.worker());
            offers.putIfAbsent(each.offer().lease().taskId(), each.offer().again(now));
        }
    }

    /** Whether this replica's worker has taken so long that nobody waits for it. */
    synchronized boolean overdue(long replica) {
        return overdue.containsKey(replica);
    }

    /** Whether this replica, which is computed, should be done in this time. */
    synchronized boolean inTime(long replica, Duration time) {
        var each = underWay.get(replica);
        return each == null || each.ends() == Long.MAX_VALUE || each.ends() <= clock.millis() + time.toMillis();
    }

    /** Whether a worker for this task may still be found. */
    synchronized boolean seeks(long task) {
        askOthers();
        var offer = offers.get(task);
        return offer != null && isOpen.test(offer.round()) && offer.until() >= clock.millis();
    }

    @Override
    public synchronized Optional<Lease> next(Worker worker, Fit fit, RoundPlan plan, Duration taskTime) {
        long now = clock.millis();
        in(plan.round().number());
        askOthers();
        if (barred.contains(worker.id())) return Optional.empty();
        offers.values().removeIf(offer -> offer.until() < now || !isOpen.test(offer.round()));
        taken.values().removeIf(offer -> !isOpen.test(offer.round()));
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
            if (lease.isEmpty()) continue;
            var mine = offer.takenBy(worker);
            taken.put(offer.lease().taskId(), mine);
            underWay.put(lease.get().taskId(), underWay(mine, worker, fit, taskTime));
            return lease;
        }
        return Optional.empty();
    }

    private UnderWay underWay(Offer offer, Worker worker, Fit fit, Duration taskTime) {
        double millis = (double) taskTime.toMillis() * offer.windows() / fit.wanted();
        if (millis == 0)
            return new UnderWay(offer, worker.id(), Long.MAX_VALUE, Long.MAX_VALUE); // tasks of one size for all
        long now = clock.millis();
        return new UnderWay(offer, worker.id(), now + (long) millis, now + (long) (OVERDUE * millis));
    }

    @Override
    public synchronized boolean offered() {
        return !offers.isEmpty();
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
                && Collections.disjoint(offer.addresses(), known(worker))
                && offer.windows() <= LARGER * fit.wanted();
    }

    private boolean chosen(Offer offer, Worker worker) {
        return verification.lot().draws(offer.lease(), "partner " + worker.id(), NEWCOMERS_CHANCE);
    }

    /** Its address; nothing for this machine: a proxy may be there. */
    private static Set<String> known(Worker worker) {
        String address = worker.address();
        boolean told = !address.isEmpty() && !LocalAddress.is(address);
        return told ? Set.of(LocalAddress.household(address)) : Set.of();
    }
}
