package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
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
 * its memory and its kernels for the size of its steps. Where there are fewer workers than the recipe's least tasks, there is time for several
 * of each, so that the transfers and the wait between two rounds are a smaller part of it.
 *
 * <p>Why a tenth of the time that these took? Devices of one kind finish within a few per cent of each other, so that a tenth more
 * brings in nearly all that are about as fast as the rest, and costs the others a tenth of their time at most. One that is half as
 * fast would cost three quarters of the crowd as much time again: its update comes in the next round, with half its weight.
 *
 * <p>Where fast devices end rounds sooner than the recipe's task time, tasks are for that shorter time: a slow device that computed for
 * a minute while rounds take five seconds would always come when its update counts for nothing.
 */
final class RoundPatience {
    private static final double PART = 0.1;

    /** Of a task: less is not worth an upload. */
    static final double LEAST_PART = 0.125;

    /** Of the time that rounds take a task is computed: what begins with a round and takes so long is one round late at most, transfers apart. */
    private static final double OF_A_ROUND = 1.5;

    private static final int LATELY = 3; // rounds

    /** Of the time of a task counts a round as at least, so that a few who answer at once do not make everybody's tasks small at once. */
    private static final double LEAST_LASTED = 0.25;

    private static final Duration LEAST = Duration.ofSeconds(1); // the trainer looks once a second

    private final Clock clock;
    private int first = -1; // round of this process
    private int begun = -1; // the round that has given out a task
    private long beganAt;
    private int round = -1; // that has enough
    private long since;
    private int measured = -1; // the last round that is in this:
    private final Deque<Long> lasted = new ArrayDeque<>(); // the last rounds, from their first task on, in milliseconds

    RoundPatience(Clock clock) {
        this.clock = clock;
    }

    /** A task of the round is given out. */
    void given(int round) {
        if (begun == round) return;
        if (begun < 0) first = round;
        begun = round;
        beganAt = clock.millis();
    }

    /** That a task should be computed: the recipe's time, or less where rounds have lately taken less. 0: all tasks are whole. */
    double taskSeconds(Recipe recipe) {
        if (lasted.isEmpty()) return recipe.taskSeconds();
        var sorted = lasted.stream().sorted().toList();
        double middle = Math.max(LEAST.toMillis(), sorted.get(sorted.size() / 2)) / 1000.0;
        return Math.min(recipe.taskSeconds(), OF_A_ROUND * middle);
    }

    /**
     * Part of a task's time that is left of the round's, 0 to 1. A round lasts as long as it takes these workers to do all its tasks one after
     * the other, from the first on. Always 1 where all tasks are whole.
     */
    double partLeft(int round, Recipe recipe, int workers) {
        if (recipe.taskSeconds() == 0 || begun != round) return 1;
        double tasks = recipe.tasksEach(workers) - (clock.millis() - beganAt) / (1000 * taskSeconds(recipe));
        return Math.clamp(tasks, 0, 1);
    }

    /**
     * When it is, the round has lasted so long.
     *
     * @param tasks of the round
     * @param waitedFor those of them whose workers may still deliver them in time, and those that are done
     */
    boolean isOver(Round of, Recipe recipe, List<Task> tasks, List<Task> waitedFor) {
        boolean over = hasWaited(of, recipe, tasks, waitedFor);
        if (over) measure(of.number(), recipe);
        return over;
    }

    private void measure(int round, Recipe recipe) {
        if (measured == round || begun != round) return;
        measured = round;
        if (round == first) return; // it may have begun before this process did
        long least = (long) (1000 * LEAST_LASTED * taskSeconds(recipe));
        lasted.addLast(Math.max(least, clock.millis() - beganAt));
        if (lasted.size() > LATELY) lasted.removeFirst();
    }

    private boolean hasWaited(Round of, Recipe recipe, List<Task> tasks, List<Task> waitedFor) {
        var done = tasks.stream().filter(task -> task.state() == State.DONE).toList();
        if (done.size() == tasks.size()) return true;
        if (done.size() < recipe.minTasks() || 4 * windows(done, recipe) < 3 * windows(waitedFor, recipe)) return false;
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
