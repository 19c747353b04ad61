package org.decentralizedai.server.train;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.stream.Stream;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates that are in the log but not in the database: a crash came between the two, or a power cut took from the database what
 * it had said to be on the disk. They count in the round that runs, as they would have.
 */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    private Adoption() {}

    /**
     * Of each task the last one counts: nothing follows an update that was acknowledged.
     *
     * @param running round
     * @throws IllegalStateException when an update that counts in it is not in the log, so that it could never be closed
     */
    static void from(GradientLog log, TaskLedger tasks, int running) {
        var counted = Stream.of(running, running + 1) // what waited while its round closed may be in the next
                .flatMap(round -> tasks.counted(round).stream())
                .toList(); // before the log is read: updates come meanwhile
        var logged = new HashMap<Long, Long>(); // task by position
        var positions = new LinkedHashMap<Long, Long>(); // by task
        log.replay((position, update) -> {
            logged.put(position, update.lease().taskId());
            if (update.round() >= OpenRounds.oldest(running)
                    && update.round() <= running
                    && !update.worker().equals(Audits.AUDITOR))
                positions.put(update.lease().taskId(), position);
        });
        for (var task : counted) requireLogged(task, logged.get(task.position()));
        for (long position : positions.values()) {
            var update = log.read(position);
            if (isDone(tasks, update)) continue;
            boolean counts = update.countsIn() >= running; // or it waited for its commit while its round closed
            long kept = counts ? position : log.append(update.countedIn(running));
            if (tasks.adopt(update, kept, Math.max(running, update.countsIn())) == TaskLedger.Outcome.COMPLETED)
                LOG.info("task {} is taken over from the log", update.lease().taskId());
        }
    }

    /** @param found whose update lies where the database says; null: nobody's */
    private static void requireLogged(TaskLedger.Task task, @Nullable Long found) {
        if (found == null || found != task.id())
            throw new IllegalStateException("the accepted update of task " + task.id() + ", which counts in round "
                    + task.countsIn() + ", is not in the update log at " + task.position()
                    + ": the log is damaged or not of this database; take both from one backup");
    }

    private static boolean isDone(TaskLedger tasks, LoggedUpdate update) {
        return tasks.find(update.lease().taskId())
                .filter(task -> task.state() != TaskLedger.State.DONE)
                .isEmpty();
    }
}
