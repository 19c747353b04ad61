package org.decentralizedai.server.state;

import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Which windows are whose, so that none is lost and none is trained on twice. The corpus is opened portion by portion; what no task
 * has of those that are open is free, in ranges. A task takes a range when it is leased, and gives back what it was not trained
 * on; each of that is in the transaction that it belongs to. Before a portion is opened all that is free is taken.
 */
public final class Portions {
    private final Jdbi jdbi;

    /** Consecutive windows of a portion. */
    record Range(long portion, int first, int windows) {}

    public Portions(Database database) {
        jdbi = database.jdbi();
    }

    /**
     * Says how large portions are, before tasks are given out. With another size than before they are other windows: what was free
     * of old ones is forgotten, and tasks that are not done begin anew.
     *
     * @param steps of a whole task @param batch windows of each of them
     */
    public void size(int windows, int steps, int batch) {
        jdbi.useTransaction(handle -> {
            int before = handle.createQuery("select portion_windows from run")
                    .mapTo(Integer.class)
                    .one();
            if (before == windows) return;
            handle.execute("update run set portion_windows = ?", windows);
            if (before == 0) { // tasks of an earlier version were whole portions
                handle.execute("update task set windows = ?, steps = ?, batch = ?", steps * batch, steps, batch);
                if (windows == steps * batch) return;
            }
            handle.execute("delete from free_range");
            handle.execute("update task set windows = 0, state = 'FREE', worker = null where state <> 'DONE'");
        });
    }

    /** Adds a free task, which has no windows yet. */
    static void open(Handle handle, int round, int index) {
        handle.execute("update run set next_task = next_task + 1");
        handle.createUpdate("""
                        insert into task (id, round, task_index, state, fence, deadline, last_deadline)
                        values ((select next_task - 1 from run), :round, :index, 'FREE', 0, 0, 0)""").bind("round", round).bind("index", index).execute();
    }

    /**
     * Takes the smallest free range that has the wanted windows, else the greatest, else a new portion. All of it is the caller's,
     * who gives back what it does not need.
     */
    static Range take(Handle handle, int wanted) {
        lock(handle);
        var found = handle.createQuery("""
                        select * from free_range order by case when windows >= :wanted then 0 else 1 end,
                        case when windows >= :wanted then windows else -windows end, portion, first_window limit 1""")
                .bind("wanted", wanted)
                .map((row, _) -> new Range(row.getLong("portion"), row.getInt("first_window"), row.getInt("windows")))
                .findOne();
        found.ifPresent(range -> remove(handle, range));
        return found.orElseGet(() -> next(handle));
    }

    /** Takes just this; false when it is not free. Portions up to its own are opened. */
    static boolean take(Handle handle, Range wanted) {
        lock(handle);
        for (var next = peek(handle); next.portion() <= wanted.portion(); next = peek(handle))
            give(handle, next(handle));
        int end = wanted.first() + wanted.windows();
        Optional<Range> found = handle.createQuery("""
                        select * from free_range where portion = :portion and first_window <= :first
                        and first_window + windows >= :end""")
                .bind("portion", wanted.portion())
                .bind("first", wanted.first())
                .bind("end", end)
                .map((row, _) -> new Range(row.getLong("portion"), row.getInt("first_window"), row.getInt("windows")))
                .findOne();
        if (found.isEmpty()) return false;
        var whole = found.get();
        remove(handle, whole);
        give(handle, new Range(whole.portion(), whole.first(), wanted.first() - whole.first()));
        give(handle, new Range(whole.portion(), end, whole.first() + whole.windows() - end));
        return true;
    }

    /** One after the other: ranges are found before they are taken. */
    private static void lock(Handle handle) {
        handle.execute("update run set next_portion = next_portion");
    }

    private static Range next(Handle handle) {
        var next = peek(handle);
        handle.execute("update run set next_portion = next_portion + 1");
        return next;
    }

    private static Range peek(Handle handle) {
        return handle.createQuery("select next_portion, portion_windows from run")
                .map((row, _) -> new Range(row.getLong(1), 0, row.getInt(2)))
                .one();
    }

    private static void remove(Handle handle, Range range) {
        handle.execute("delete from free_range where portion = ? and first_window = ?", range.portion(), range.first());
    }

    /** Makes it free, if there is any of it. */
    static void give(Handle handle, Range range) {
        if (range.windows() > 0)
            handle.execute(
                    "insert into free_range (portion, first_window, windows) values (?, ?, ?)",
                    range.portion(),
                    range.first(),
                    range.windows());
    }

    /** What a task that is done has not trained on becomes free. */
    static void done(Handle handle, long task) {
        int some = handle.execute(
                "insert into free_range (portion, first_window, windows)"
                        + " select portion, first_window + steps * batch, windows - steps * batch from task"
                        + " where id = ? and windows > steps * batch",
                task);
        if (some > 0) handle.execute("update task set windows = steps * batch where id = ?", task);
    }

    /** What tasks of rounds below {@code number} have and never will train on becomes free. To be called before they are deleted. */
    static void forgotten(Handle handle, int number) {
        handle.execute(
                "insert into free_range (portion, first_window, windows)"
                        + " select portion, first_window, windows from task where round < ? and state <> 'DONE' and windows > 0",
                number);
    }
}
