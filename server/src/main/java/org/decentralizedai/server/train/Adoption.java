package org.decentralizedai.server.train;

import java.util.LinkedHashMap;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Updates that are in the log but not in the database: a crash came between the two, or a power cut took from the database what
 * it had said to be on the disk. They count in the round that runs, as they would have.
 */
final class Adoption {
    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    private Adoption() {}

    /** Of each task the last one counts: nothing follows an update that was acknowledged. @param running round */
    static void from(GradientLog log, TaskLedger tasks, int running) {
        var positions = new LinkedHashMap<Long, Long>(); // by task
        log.replay((position, update) -> {
            if (update.round() >= OpenRounds.oldest(running)
                    && update.round() <= running
                    && !update.worker().equals(Audits.AUDITOR))
                positions.put(update.lease().taskId(), position);
        });
        for (long position : positions.values()) {
            var update = log.read(position);
            if (isDone(tasks, update)) continue;
            boolean counts = update.countsIn() >= running; // or it waited for its commit while its round closed
            long kept = counts ? position : log.append(update.countedIn(running));
            if (tasks.adopt(update, kept, Math.max(running, update.countsIn())) == TaskLedger.Outcome.COMPLETED)
                LOG.info("task {} is taken over from the log", update.lease().taskId());
        }
    }

    private static boolean isDone(TaskLedger tasks, LoggedUpdate update) {
        return tasks.find(update.lease().taskId())
                .filter(task -> task.state() != TaskLedger.State.DONE)
                .isEmpty();
    }
}
