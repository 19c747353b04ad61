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

    private static final long UNKNOWN = -1;

    private final Clock clock;
    private final Map<Long, Holder> ofTasks = new HashMap<>(); // that are not done
    private final Set<Lease> overdue = new HashSet<>(); // of these
    private final Set<String> unreliable = new HashSet<>(); // workers

    Holders(Clock clock) {
        this.clock = clock;
    }

    /** @param since when, in milliseconds; {@link #UNKNOWN} after a restart @param due when it should be done at the latest; never, where nobody knows */
    record Holder(Lease lease, String worker, int round, int tokens, long since, long due) {}

    /**
     * @param time that it should take; nothing where nobody waits for it
     * @return another worker that had the task before
     */
    Optional<Holder> hold(GradientTask task, String worker, Duration time) {
        return hold(task, worker, clock.millis(), time);
    }

    /** What was given out before a restart: it is waited for as if it had been now. */
    void adopt(GradientTask task, String worker, Duration time) {
        hold(task, worker, UNKNOWN, time);
    }

    private Optional<Holder> hold(GradientTask task, String worker, long since, Duration time) {
        long due = time.isZero() ? Long.MAX_VALUE : clock.millis() + (long) (SLACK * time.toMillis());
        var holder = new Holder(task.lease(), worker, task.round(), task.steps().tokens(), since, due);
        var old = ofTasks.put(task.lease().taskId(), holder);
        if (old != null) overdue.remove(old.lease());
        return Optional.ofNullable(old).filter(before -> !before.worker().equals(worker));
    }

    boolean knows(Lease lease) {
        return find(lease).isPresent();
    }

    private Optional<Holder> find(Lease lease) {
        return Optional.ofNullable(ofTasks.get(lease.taskId()))
                .filter(holder -> holder.lease().equals(lease));
    }

    /** How long the lease has been held; empty where that is not known. */
    Optional<Duration> held(Lease lease) {
        return find(lease).flatMap(this::held);
    }

    Optional<Duration> held(Holder holder) {
        return holder.since() == UNKNOWN
                ? Optional.empty()
                : Optional.of(Duration.ofMillis(clock.millis() - holder.since()));
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

    /** Those of these workers that hold a task whose time has ended since this was last asked. */
    List<Holder> ended(Predicate<String> workers) {
        long now = clock.millis();
        var ended = ofTasks.values().stream()
                .filter(holder -> holder.due() <= now && overdue.add(holder.lease()) && workers.test(holder.worker()))
                .toList();
        ended.forEach(holder -> unreliable.add(holder.worker()));
        return ended;
    }

    /** Whether a round waits for the task no more, as its time has ended or its worker had the time for one before. */
    boolean ignored(Lease lease) {
        return overdue.contains(lease)
                || find(lease)
                        .filter(holder -> unreliable.contains(holder.worker()))
                        .isPresent();
    }

    /** The worker asks for another task instead: it is not waited for until it delivers. */
    Optional<Holder> dropped(Lease lease) {
        var holder = find(lease);
        holder.ifPresent(each -> unreliable.add(each.worker()));
        forget(lease.taskId());
        return holder;
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
