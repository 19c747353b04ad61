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
     * Says how large portions are, before tasks are given out. With another size than before they are other windows: what was left
     * of old ones is forgotten, and tasks that are not done begin anew.
     *
     * @param steps of a whole portion @param batch windows of each of them
     */
    public void size(int steps, int batch) {
        int windows = steps * batch;
        jdbi.useTransaction(handle -> {
            int before = handle.createQuery("select portion_windows from run")
                    .mapTo(Integer.class)
                    .one();
            if (before == windows) return;
            handle.execute("update run set portion_windows = ?", windows);
            // tasks of an earlier version, which were whole portions
            handle.execute("update task set steps = ?, batch = ? where windows = 0 and state <> 'FREE'", steps, batch);
            handle.execute("update task set windows = ? where windows = 0", windows);
            if (before == 0) return;
            handle.execute("delete from remainder");
            handle.execute(
                    "update task set first_window = 0, windows = ?, state = 'FREE', worker = null where state <> 'DONE'",
                    windows);
        });
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

    /** What a task that is done has not trained on is left over. */
    static void done(Handle handle, long task) {
        handle.execute(
                "insert into remainder (portion, first_window, windows)"
                        + " select portion, first_window + steps * batch, windows - steps * batch from task"
                        + " where id = ? and windows > steps * batch",
                task);
    }

    /** What tasks of rounds below {@code number} were to train on and never will is left over. To be called before they are deleted. */
    static void forgotten(Handle handle, int number) {
        handle.execute(
                "insert into remainder (portion, first_window, windows)"
                        + " select portion, first_window, windows from task where round < ? and state <> 'DONE'",
                number);
    }
}
