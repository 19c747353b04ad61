package org.decentralizedai.server.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.TaskLedger.Task;

/** The audits that were drawn and are not decided, and for whom they wait. Thread-safe. */
final class OpenAudits {
    private final Map<Long, Waiting> all = new ConcurrentHashMap<>(); // by task

    /** For whose computation. */
    enum For {
        ANYBODY,
        TWIN,
        SERVER
    }

    /**
     * @param ofRound whose weights the task has
     * @param replica whether its update is in no mean
     * @param kept whether it is to be decided however many rounds begin meanwhile
     */
    record Waiting(Audit audit, int ofRound, boolean replica, For what, boolean kept) {
        private Waiting on(For whom) {
            return new Waiting(audit, ofRound, replica, whom, kept);
        }

        private Waiting asKept() {
            return new Waiting(audit, ofRound, replica, what, true);
        }
    }

    /** False when it is here. @param row its task */
    boolean add(Audit audit, Task row) {
        var waiting = new Waiting(audit, row.round(), row.replicaOf() != null, For.ANYBODY, false);
        return all.putIfAbsent(task(audit), waiting) == null;
    }

    void await(Audit audit, For what) {
        change(audit, waiting -> waiting.on(what));
    }

    void keep(Audit audit) {
        change(audit, Waiting::asKept);
    }

    private void change(Audit audit, UnaryOperator<Waiting> change) {
        all.computeIfPresent(task(audit), (_, old) -> change.apply(old));
    }

    Optional<Audit> find(long task) {
        return Optional.ofNullable(all.get(task)).map(Waiting::audit);
    }

    boolean awaits(Audit audit, For what) {
        return isAnd(audit, waiting -> waiting.what() == what);
    }

    boolean kept(Audit audit) {
        return isAnd(audit, Waiting::kept);
    }

    private boolean isAnd(Audit audit, Predicate<Waiting> condition) {
        var waiting = all.get(task(audit));
        return waiting != null && condition.test(waiting);
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

    List<Waiting> all() {
        return List.copyOf(all.values());
    }

    /** Whose weights or updates they need; {@code otherwise} when there is none before it. */
    int oldestRound(int otherwise) {
        return all.values().stream().mapToInt(Waiting::ofRound).reduce(otherwise, Math::min);
    }

    /** Whether there is one of a task of this round. */
    boolean anyOf(int round) {
        return all.values().stream().anyMatch(each -> each.ofRound() == round);
    }

    /** Those of updates that are in the mean of this round. */
    List<Audit> inMean(int round) {
        return all.values().stream()
                .filter(each -> each.audit().round() == round && !each.replica())
                .map(Waiting::audit)
                .toList();
    }

    private static long task(Audit audit) {
        return audit.lease().taskId();
    }
}
