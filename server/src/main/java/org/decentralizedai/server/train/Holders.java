package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;

/** Who believes to hold which task, and since when: whoever loses one is told so. Belongs to the desk, under its lock. */
final class Holders {
    /** Of the time that a task should take: a round is not left behind before that. */
    static final double SLACK = 1.5;

    private final Clock clock;
    private final Map<Long, Holder> ofTasks = new HashMap<>(); // that are not done

    Holders(Clock clock) {
        this.clock = clock;
    }

    /** @param since when, in milliseconds @param due when it should be done at the latest */
    record Holder(Lease lease, String worker, int round, int tokens, long since, long due) {}

    /**
     * @param time that it should take
     * @return another worker that had the task before
     */
    Optional<Holder> hold(GradientTask task, String worker, Duration time) {
        long now = clock.millis(), due = now + (long) (SLACK * time.toMillis());
        var holder = new Holder(task.lease(), worker, task.round(), task.steps().tokens(), now, due);
        var old = ofTasks.put(task.lease().taskId(), holder);
        return Optional.ofNullable(old).filter(before -> !before.worker().equals(worker));
    }

    /** How long the lease has been held; empty where that is not known, as after a restart. */
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
                .anyMatch(holder -> holder.round() == round && now < holder.due() && workers.test(holder.worker()));
    }

    /** The task is done or was given back. */
    void forget(long task) {
        ofTasks.remove(task);
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
