package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;

/**
 * How much of a round is given out, and to whom. Pure.
 *
 * @param tasks of the round
 * @param ignored how many of them are not waited for: others may do as much instead
 * @param workers that are online
 * @param partLeft of the time of a task, until the round's is over
 */
record RoundOffer(Recipe recipe, List<Task> tasks, long ignored, int workers, double partLeft) {
    private static final int MOST_EACH = 2; // times the tasks of a round that it waits for, or those of one account
    private static final int MANY = 4; // accounts in a round, of which none gets more than so many whole ones

    /** Whether there is time for more tasks than one for each worker; never where all tasks are whole. */
    boolean hasTime() {
        return recipe.taskSeconds() > 0 && partLeft >= RoundPatience.LEAST_PART;
    }

    /** Of a task's time, that is given to the next. */
    double part() {
        return Math.max(partLeft, RoundPatience.LEAST_PART);
    }

    /**
     * Whether the worker has had as much of the round as one account should while others take part in it. Who answers at once, with
     * nothing computed, would else be most of it. When the time is over, whatever is left is anybody's.
     *
     * @param whole what it can do in the time of a task
     */
    boolean hasHadItsShare(String worker, Fit whole) {
        if (!hasTime()) return false;
        var given = tasks.stream().filter(task -> task.state() != State.FREE).toList();
        if (given.stream().map(Task::worker).distinct().count() < MANY) return false;
        int windows = given.stream()
                .filter(task -> worker.equals(task.worker()))
                .mapToInt(Task::windows)
                .sum();
        int most = MOST_EACH * recipe.tasksEach(workers);
        return windows + whole.wanted() > most * recipe.steps().windows();
    }

    /**
     * Whether the round gives out another task when none is free: one for each worker, and, while there is time, another for those that are
     * done with it.
     *
     * @param free workers that have time for a task of this round
     */
    boolean hasAnother(int free) {
        int wanted = recipe.tasks(free);
        return tasks.size() - ignored < (hasTime() ? MOST_EACH * wanted : wanted);
    }
}
