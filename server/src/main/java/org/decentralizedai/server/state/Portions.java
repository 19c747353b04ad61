package org.decentralizedai.server.state;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Which windows a task gets, so that none is lost and none is trained on twice: the corpus is given out in portions, a task opens
 * one or takes what an earlier task has left of one, and each step of that is in the transaction that it belongs to.
 */
public final class Portions {
    private final Jdbi jdbi;

    public Portions(Database database) {
        jdbi = database.jdbi();
    }

    /**
     * For a database of a version in which each task was a whole portion; does nothing to others. To be called before tasks are
     * given out.
     *
     * @param steps of a whole portion @param batch windows of each of them
     */
    public void adopt(int steps, int batch) {
        jdbi.useTransaction(handle -> {
            int size = handle.createQuery("select portion_windows from run")
                    .mapTo(Integer.class)
                    .one();
            if (size != 0) return;
            handle.execute("update task set steps = ?, batch = ? where windows = 0 and state <> 'FREE'", steps, batch);
            handle.execute("update task set windows = ? where windows = 0", steps * batch);
            resize(handle, steps * batch);
        });
    }

    /** Those that are opened from now on have so many windows. They are other windows then, and what was left of old ones is forgotten. */
    static void resize(Handle handle, int windows) {
        int changed = handle.execute("update run set portion_windows = ? where portion_windows <> ?", windows, windows);
        if (changed > 0) handle.execute("delete from remainder");
    }

    /** Adds a free task: of the oldest remainder if there is one, else of a new portion. */
    static void open(Handle handle, int round, int index) {
        handle.execute("update run set next_task = next_task + 1"); // locks the row: one task is opened after the other
        var left = handle.createQuery(
                        "select portion, first_window, windows from remainder order by portion, first_window limit 1")
                .map((row, _) -> new Left(row.getLong(1), row.getInt(2), row.getInt(3)))
                .findOne()
                .orElse(null);
        if (left == null) {
            handle.execute("update run set next_portion = next_portion + 1");
            left = handle.createQuery("select next_portion - 1, portion_windows from run")
                    .map((row, _) -> new Left(row.getLong(1), 0, row.getInt(2)))
                    .one();
        } else
            handle.execute(
                    "delete from remainder where portion = ? and first_window = ?", left.portion(), left.first());
        handle.createUpdate("""
                        insert into task (id, round, task_index, state, fence, deadline, last_deadline, portion, first_window, windows)
                        values ((select next_task - 1 from run), :round, :index, 'FREE', 0, 0, 0, :portion, :first, :windows)""")
                .bind("round", round)
                .bind("index", index)
                .bind("portion", left.portion())
                .bind("first", left.first())
                .bind("windows", left.windows())
                .execute();
    }

    private record Left(long portion, int first, int windows) {}

    /** What a task that is done has not trained on is left over, unless portions are others by now: a task's windows go to its portion's end. */
    static void done(Handle handle, long task) {
        handle.execute(
                "insert into remainder (portion, first_window, windows)"
                        + " select portion, first_window + steps * batch, windows - steps * batch from task"
                        + " where id = ? and windows > steps * batch"
                        + " and first_window + windows = (select portion_windows from run)",
                task);
    }

    /** A free task of an earlier round is to be computed in a later one: from the beginning if portions are others by now. */
    static void moved(Handle handle, long task) {
        handle.execute(
                "update task set first_window = 0, windows = (select portion_windows from run)"
                        + " where id = ? and first_window + windows <> (select portion_windows from run)",
                task);
    }
}
