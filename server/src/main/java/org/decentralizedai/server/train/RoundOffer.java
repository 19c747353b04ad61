package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;

/**
 * How much of a round is given out, and to whom. Pure.
 *
 * @param tasks of the round
 * @param ignored how many of them are not waited for: others may do as much instead
 * @param each how many tasks of it each worker computes, one after the other
 * @param partLeft of the time of a task, until the round's is over
 */
record RoundOffer(Recipe recipe, List<Task> tasks, long ignored, int each, double partLeft) {
    private static final int MANY =
            4; // accounts in a round, of which none gets more than one whole task beyond what each does
    private static final int WHILE_THERE_IS_TIME = 2; // times the tasks that the round waits for

    /** Whether there is time for more tasks than each worker's; never where all tasks are whole. */
    boolean hasTime() {
        return recipe.taskSeconds() > 0 && partLeft >= RoundTime.LEAST_PART;
    }

    /** Of a task's time, that is given to the next. */
    double part() {
        return Math.max(partLeft, RoundTime.LEAST_PART);
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
        if (given.stream().noneMatch(task -> task.state() == State.LEASED && !worker.equals(task.worker())))
            return false; // the others have gone
        int windows = given.stream()
                .filter(task -> worker.equals(task.worker()))
                .mapToInt(Task::windows)
                .sum();
        return windows + whole.wanted() > (each + 1) * recipe.steps().windows();
    }

    /**
     * Whether the round gives out another task when none is free: as many as it waits for, and, while there is time, others for those that are
     * done with theirs.
     *
     * @param free workers that have time for a task of this round
     */
    boolean hasAnother(int free) {
        int wanted = recipe.tasks(free);
        return tasks.size() - ignored < (hasTime() ? WHILE_THERE_IS_TIME * wanted : wanted);
    }

    /** Whether the time is over, nobody is at a task, and the round can't be closed yet: all have gone. */
    boolean isDeserted() {
        if (recipe.taskSeconds() == 0 || partLeft > 0) return false;
        if (tasks.stream().anyMatch(task -> task.state() == State.LEASED)) return false;
        long done = tasks.stream().filter(task -> task.state() == State.DONE).count();
        return RoundPatience.lacks((int) done, recipe);
    }
}
