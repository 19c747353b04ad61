package org.decentralizedai.server.train;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.decentralizedai.wire.Lease;

/** Who believes to hold which task: whoever loses one is told so. Belongs to the desk, under its lock. */
final class Holders {
    private final Map<Long, Holder> ofTasks = new HashMap<>(); // that are not done

    record Holder(Lease lease, String worker) {}

    /** @return another worker that had the task before */
    Optional<Holder> hold(Lease lease, String worker) {
        var old = ofTasks.put(lease.taskId(), new Holder(lease, worker));
        return Optional.ofNullable(old).filter(holder -> !holder.worker().equals(worker));
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
