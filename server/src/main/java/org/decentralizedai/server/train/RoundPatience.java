package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;

/**
 * When a round has waited long enough: at once when all its tasks are done, else a while after three quarters of them are. Belongs
 * to one thread at a time.
 *
 * <p>Why a tenth of the time that these took? Devices of one kind finish within a few per cent of each other, so that a tenth more
 * brings in nearly all that are about as fast as the rest, and costs the others a tenth of their time at most. One that is half as
 * fast would cost three quarters of the crowd as much time again: its update comes in the next round, with half its weight.
 */
final class RoundPatience {
    private static final double PART = 0.1;
    private static final Duration LEAST = Duration.ofSeconds(1); // the trainer looks once a second

    private final Clock clock;
    private int round = -1; // that has enough
    private long since;

    RoundPatience(Clock clock) {
        this.clock = clock;
    }

    /** @param tasks of the round */
    boolean isOver(Round of, Recipe recipe, List<Task> tasks) {
        long done = tasks.stream().filter(task -> task.state() == State.DONE).count();
        if (done == tasks.size()) return true;
        if (done < enough(tasks.size(), recipe.minTasks())) return false;
        long now = clock.millis();
        if (round != of.number()) {
            round = of.number();
            since = now;
        }
        return now - since >= patience(since - of.openedAtMillis(), recipe.lease());
    }

    /** Of so many tasks. */
    static int enough(int tasks, int minTasks) {
        return Math.max(minTasks, (3 * tasks + 3) / 4);
    }

    private static long patience(long took, Duration lease) {
        long most = Math.max(LEAST.toMillis(), lease.toMillis());
        return Math.clamp((long) (PART * took), LEAST.toMillis(), most);
    }
}
