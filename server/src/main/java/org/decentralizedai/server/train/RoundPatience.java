package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;

/**
 * When a round has waited long enough: at once when all its tasks are done, else a while after most of their windows are, which is all but a
 * quarter of a task of each worker. Belongs to one thread at a time.
 *
 * <p>Why a tenth of the time that a task took? Devices of one kind finish within a few per cent of each other, so that a tenth more
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

    /**
     * @param tasks of the round
     * @param waitedFor those of them whose workers may still deliver them in time, and those that are done
     * @param each how many of them each worker computes, one after the other
     */
    boolean isOver(Round of, Recipe recipe, List<Task> tasks, List<Task> waitedFor, int each) {
        var done = tasks.stream().filter(task -> task.state() == State.DONE).toList();
        if (done.size() == tasks.size()) return true;
        if (lacks(done.size(), recipe)) return false;
        if (4 * each * windows(done, recipe) < (4 * each - 1) * windows(waitedFor, recipe)) return false;
        long now = clock.millis();
        if (round != of.number()) {
            round = of.number();
            since = now;
        }
        return now - since >= patience((since - of.openedAtMillis()) / each, recipe.lease());
    }

    /** Whether no round is closed with so few. */
    static boolean lacks(int done, Recipe recipe) {
        return done < recipe.minTasks();
    }

    /** A task that nobody has begun counts as a whole one. */
    private static long windows(List<Task> tasks, Recipe recipe) {
        int whole = recipe.steps().windows();
        return tasks.stream()
                .mapToLong(task -> task.windows() == 0 ? whole : task.windows())
                .sum();
    }

    private static long patience(long took, Duration lease) {
        long most = Math.max(LEAST.toMillis(), lease.toMillis());
        return Math.clamp((long) (PART * took), LEAST.toMillis(), most);
    }
}
