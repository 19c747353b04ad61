package org.decentralizedai.server.train;

import java.util.concurrent.locks.ReentrantLock;
import org.decentralizedai.server.state.Round;

/** Deletes what no round needs any more. May be cut by a crash anywhere: the next round does the rest. Thread-safe. */
final class Clearing {
    private static final int ROUNDS_WITH_TASKS = 3; // whose further updates are still called duplicates

    private final TrainerParts with;
    private final ReentrantLock lock = new ReentrantLock(); // held while blobs and log are deleted, or copied

    Clearing(TrainerParts parts) {
        with = parts;
    }

    /** While a backup copies, nothing is deleted: the next round does it. */
    void clear(Round current) {
        if (!lock.tryLock()) return;
        try {
            int recent = with.shelf().oldestRecent(current); // it is computed again from updates of earlier rounds, too
            int oldest = Math.min(recent - 1, with.audits().oldestNeeded(recent));
            with.log().trim(oldest);
            with.audits().trim(current.number());
            with.rounds().trimTasks(Math.min(oldest, current.number() - ROUNDS_WITH_TASKS));
            var inPlay = with.tasks().inPlay(OpenRounds.oldest(current.number()) - 1, current.number() - 1);
            with.shelf()
                    .thin(
                            current,
                            with.promoted().current(),
                            round ->
                                    with.examiner().uses(round) || with.audits().uses(round) || inPlay.contains(round));
        } finally {
            lock.unlock();
        }
    }

    /** Runs the action while nothing that the database names is deleted. */
    void without(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }
}
