package org.decentralizedai.server.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.server.state.AuditLedger.Audit;

/** The audits that were drawn and are not decided, and for whom they wait. Thread-safe. */
final class OpenAudits {
    private final Map<Long, Waiting> all = new ConcurrentHashMap<>(); // by task

    /** For whose computation. */
    enum For {
        ANYBODY,
        TWIN,
        SERVER
    }

    private record Waiting(Audit audit, boolean replica, For what) {}

    /** False when it is here. @param replica whether its update is in no mean */
    boolean add(Audit audit, boolean replica) {
        return all.putIfAbsent(task(audit), new Waiting(audit, replica, For.ANYBODY)) == null;
    }

    void await(Audit audit, For what) {
        all.computeIfPresent(task(audit), (_, old) -> new Waiting(audit, old.replica(), what));
    }

    Optional<Audit> find(long task) {
        return Optional.ofNullable(all.get(task)).map(Waiting::audit);
    }

    boolean awaits(Audit audit, For what) {
        var waiting = all.get(task(audit));
        return waiting != null && waiting.what() == what;
    }

    void remove(Audit audit) {
        all.remove(task(audit));
    }

    boolean anyAwaits(For what) {
        return all.values().stream().anyMatch(each -> each.what() == what);
    }

    List<Audit> awaiting(For what) {
        return all.values().stream()
                .filter(each -> each.what() == what)
                .map(Waiting::audit)
                .toList();
    }

    /** Of updates that count in this round. */
    boolean holdUp(int round) {
        return all.values().stream().anyMatch(each -> each.audit().round() == round && !each.replica());
    }

    private static long task(Audit audit) {
        return audit.lease().taskId();
    }
}
