package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;

/**
 * Who believes to hold which task, since when, and whether it has had the time for it. Whoever loses one is told so; nobody waits for
 * a worker that has had the time for a task and did not deliver, until it delivers. Belongs to the desk, under its lock.
 */
final class Holders {
    /** Of the time that a task should take: it is waited for no longer than that. */
    static final double SLACK = 1.5;

    private final Clock clock;
    private final Map<Long, Holder> ofTasks = new HashMap<>(); // that are not done
    private final Set<Lease> overdue = new HashSet<>(); // of these
    private final Set<String> unreliable = new HashSet<>(); // workers

    Holders(Clock clock) {
        this.clock = clock;
    }

    /** @param since when, in milliseconds @param due when it should be done at the latest; never, where nobody knows */
    record Holder(Lease lease, String worker, int round, int tokens, long since, long due) {}

    /**
     * @param time that it should take; nothing where nobody knows
     * @return another worker that had the task before
     */
    Optional<Holder> hold(GradientTask task, String worker, Duration time) {
        long now = clock.millis(), due = time.isZero() ? Long.MAX_VALUE : now + (long) (SLACK * time.toMillis());
        var holder = new Holder(task.lease(), worker, task.round(), task.steps().tokens(), now, due);
        var old = ofTasks.put(task.lease().taskId(), holder);
        if (old != null) overdue.remove(old.lease());
        return Optional.ofNullable(old).filter(before -> !before.worker().equals(worker));
    }

    boolean knows(Lease lease) {
        return held(lease).isPresent();
    }

    /** How long the lease has been held; empty where that is not known. */
    Optional<Duration> held(Lease lease) {
        return Optional.ofNullable(ofTasks.get(lease.taskId()))
                .filter(holder -> holder.lease().equals(lease))
                .map(this::held);
    }

    Duration held(Holder holder) {
        return Duration.ofMillis(clock.millis() - holder.since());
    }

    /** Whether one of these workers has a task of that round, and has not had the time yet that it takes. */
    boolean awaited(int round, Predicate<String> workers) {
        long now = clock.millis();
        return ofTasks.values().stream()
                .anyMatch(holder -> holder.round() == round
                        && holder.due() != Long.MAX_VALUE
                        && now < holder.due()
                        && !unreliable.contains(holder.worker())
                        && workers.test(holder.worker()));
    }

    /** Holders whose time has ended since this was last asked. */
    List<Holder> ended() {
        long now = clock.millis();
        var ended = ofTasks.values().stream()
                .filter(holder -> holder.due() <= now && overdue.add(holder.lease()))
                .toList();
        ended.forEach(holder -> unreliable.add(holder.worker()));
        return ended;
    }

    /** Whether the time for the task has ended, as far as {@link #ended} has told. */
    boolean overdue(Lease lease) {
        return overdue.contains(lease);
    }

    /** The task is done. */
    void delivered(Lease lease) {
        var holder = ofTasks.get(lease.taskId());
        if (holder != null && holder.lease().equals(lease)) unreliable.remove(holder.worker());
        forget(lease.taskId());
    }

    /** The task is done or was given back. */
    void forget(long task) {
        var holder = ofTasks.remove(task);
        if (holder != null) overdue.remove(holder.lease());
    }

    /** The worker has gone, and nothing is held against it when it comes back. */
    void pardon(String worker) {
        unreliable.remove(worker);
    }

    /** @param live leases that go on @return holders of all others, which are forgotten */
    List<Holder> keep(Set<Lease> live) {
        var lost = ofTasks.values().stream()
                .filter(holder -> !live.contains(holder.lease()))
                .toList();
        lost.forEach(holder -> forget(holder.lease().taskId()));
        return lost;
    }
}
