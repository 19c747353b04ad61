package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;

/**
 * The time of a round: how much is left for another task of it, and when it has waited long enough: at once when all its tasks are
 * done, else a while after three quarters of their windows are. Belongs to one thread at a time.
 *
 * <p>A task that is given out in the midst of a round has as many steps as there is time for, so that all end together: who comes
 * late, or had little to do, neither waits for the others nor keeps them waiting. Fewer steps, not smaller ones, as a device keeps
 * its memory and its kernels for the size of its steps.
 *
 * <p>Why a tenth of the time that these took? Devices of one kind finish within a few per cent of each other, so that a tenth more
 * brings in nearly all that are about as fast as the rest, and costs the others a tenth of their time at most. One that is half as
 * fast would cost three quarters of the crowd as much time again: its update comes in the next round, with half its weight.
 */
final class RoundPatience {
    private static final double PART = 0.1;

    /** Of a task: less is not worth an upload. */
    static final double LEAST_PART = 0.125;

    private static final Duration LEAST = Duration.ofSeconds(1); // the trainer looks once a second

    private final Clock clock;
    private int begun = -1; // the round that has given out a task
    private long beganAt;
    private int round = -1; // that has enough
    private long since;

    RoundPatience(Clock clock) {
        this.clock = clock;
    }

    /** A task of the round is given out. */
    void given(int round) {
        if (begun == round) return;
        begun = round;
        beganAt = clock.millis();
    }

    /** Part of the task time that is left since the round's first task, at most 1; 0 or less: none. Always 1 where all tasks are whole. */
    double left(int round, Recipe recipe) {
        if (recipe.taskSeconds() == 0 || begun != round) return 1;
        return 1 - (clock.millis() - beganAt) / (1000.0 * recipe.taskSeconds());
    }

    /** @param tasks of the round */
    boolean isOver(Round of, Recipe recipe, List<Task> tasks) {
        var done = tasks.stream().filter(task -> task.state() == State.DONE).toList();
        if (done.size() == tasks.size()) return true;
        if (done.size() < recipe.minTasks() || 4 * windows(done, recipe) < 3 * windows(tasks, recipe)) return false;
        long now = clock.millis();
        if (round != of.number()) {
            round = of.number();
            since = now;
        }
        return now - since >= patience(since - of.openedAtMillis(), recipe.lease());
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
