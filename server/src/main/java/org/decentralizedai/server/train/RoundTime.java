package org.decentralizedai.server.train;

import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How long tasks should be computed, and how much of a round's time is left for another of it. Belongs to the desk, under its lock.
 *
 * <p>A round's time is that of a task, or of several where there are fewer workers than it needs tasks: these compute several each, so that
 * the transfers and the wait between two rounds are a smaller part of it. A task that is given out in the midst of a round is as long as
 * there is time for, so that all end together: who comes late, or had little to do, neither waits for the others nor keeps them waiting.
 * Fewer steps, not smaller ones, as a device keeps its memory and its kernels for the size of its steps.
 *
 * <p>Where fast devices end rounds sooner than the recipe's task time, tasks are for that shorter time: a slow device that computed for
 * a minute while rounds take five seconds would always come when its update counts for nothing.
 */
final class RoundTime {
    /** Of a task: less is not worth an upload. */
    static final double LEAST_PART = 0.125;

    /** Of the time that rounds take a task is computed: what begins with a round and takes so long is one round late at most, transfers apart. */
    private static final double OF_A_ROUND = 1.5;

    private static final int LATELY = 3; // rounds

    /** Of the time of a task counts a round as at least, so that a few who answer at once do not make everybody's tasks small at once. */
    private static final double LEAST_LASTED = 0.25;

    private static final double LEAST_SECONDS = 1; // the trainer looks once a second

    private final Clock clock;
    private final Deque<Double> lasted = new ArrayDeque<>(); // the last rounds, from their first task on, in seconds
    private int first = -1; // round of this process
    private int measured = -1; // the last round that is over
    private Begun begun = new Begun(-1, 0, 0, 0);

    /**
     * The round that has given out a task.
     *
     * @param at when it did first, milliseconds
     * @param from when its time runs: later than that if everybody had left it
     * @param workers the most that it has seen: it is not longer because some have left
     */
    private record Begun(int round, long at, long from, int workers) {

        Begun seen(int others) {
            return new Begun(round, at, from, Math.max(workers, others));
        }

        Begun anew(long now) {
            return new Begun(round, at, now, 0);
        }
    }

    RoundTime(Clock clock) {
        this.clock = clock;
    }

    /** A task of the round is given out. @param workers that compute its tasks, this one too */
    void given(int round, int workers) {
        if (begun.round() < 0) first = round;
        if (begun.round() != round) begun = new Begun(round, clock.millis(), clock.millis(), workers);
        begun = begun.seen(workers);
    }

    /** Everybody had left the round: its time runs from now on. */
    void anew(int round) {
        if (begun.round() == round) begun = begun.anew(clock.millis());
    }

    /** The round has lasted so long, its first of this process apart, that may have begun before. */
    void over(int round, Recipe recipe) {
        if (measured == round || begun.round() != round) return;
        measured = round;
        if (round == first) return;
        lasted.addLast(Math.max(LEAST_LASTED * taskSeconds(recipe), secondsSince(begun.at())));
        if (lasted.size() > LATELY) lasted.removeFirst();
    }

    private double secondsSince(long millis) {
        return (clock.millis() - millis) / 1000.0;
    }

    /** That a task should be computed: the recipe's time, or less where rounds have lately taken less. 0: all tasks are whole. */
    double taskSeconds(Recipe recipe) {
        if (lasted.isEmpty()) return recipe.taskSeconds();
        double middle = lasted.stream().sorted().toList().get(lasted.size() / 2);
        return Math.min(recipe.taskSeconds(), OF_A_ROUND * Math.max(LEAST_SECONDS, middle));
    }

    /** How many tasks of the round each worker computes, one after the other; 1 where all tasks are whole. @param workers that compute its tasks now */
    int tasksEach(int round, Recipe recipe, int workers) {
        if (recipe.taskSeconds() == 0) return 1;
        return recipe.tasksEach(begun.round() == round ? Math.max(begun.workers(), workers) : workers);
    }

    /** Part of a task's time that is left of the round's, 0 to 1. Always 1 where all tasks are whole. @param workers as above */
    double partLeft(int round, Recipe recipe, int workers) {
        if (recipe.taskSeconds() == 0 || begun.round() != round) return 1;
        return Math.clamp(
                tasksEach(round, recipe, workers) - secondsSince(begun.from()) / taskSeconds(recipe), 0.0, 1.0);
    }
}
