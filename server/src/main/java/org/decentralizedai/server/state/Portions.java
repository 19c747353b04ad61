package org.decentralizedai.server.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.LongToIntFunction;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Which windows are whose, so that none is lost and none is trained on twice. The corpus is opened portion by portion; what no task
 * has of those that are open is free, in ranges. A task takes a range when it is leased, and gives back what it was not trained
 * on; each of that is in the transaction that it belongs to. Scraps, too small for most tasks, wait for one that is small: not many of
 * them, else they are taken before another portion is opened. The last portion of a shard may have fewer windows than others: what it
 * does not have is free like the rest, but no task gets it.
 */
public final class Portions {
    static final int MOST_SCRAPS = 32;

    private final Jdbi jdbi;

    /** Consecutive windows of a portion. */
    record Range(long portion, int first, int windows) {

        /** What the portion has of it, maybe nothing. */
        private Range within(int portionWindows) {
            return new Range(portion, first, Math.min(windows, portionWindows - first));
        }

        /** Whether a task that wants so many would have an eighth less, or lack even more. */
        private boolean scrap(int wanted) {
            return 8L * windows < 7L * wanted;
        }
    }

    public Portions(Database database) {
        jdbi = database.jdbi();
    }

    /**
     * For a database of a version in which each task was a whole portion; does nothing to others. To be called before tasks are
     * given out.
     *
     * @param windows of a portion @param steps of a whole task @param batch windows of each of them
     */
    public void adopt(int windows, int steps, int batch) {
        jdbi.useTransaction(handle -> {
            int size = handle.createQuery("select portion_windows from run")
                    .mapTo(Integer.class)
                    .one();
            if (size != 0) return;
            int task = steps * batch;
            handle.execute(
                    "update task set windows = ?, portion_windows = ?, steps = ?, batch = ?", task, task, steps, batch);
            resize(handle, windows);
        });
    }

    /** Portions that are opened from now on have so many windows. They are other windows then, and what was free of old ones is forgotten. */
    static void resize(Handle handle, int windows) {
        int changed = handle.execute("update run set portion_windows = ? where portion_windows <> ?", windows, windows);
        if (changed > 0) handle.execute("delete from free_range");
    }

    /** Adds a free task, which has no windows yet. */
    static void open(Handle handle, int round, int index) {
        handle.execute("update run set next_task = next_task + 1");
        handle.createUpdate("""
                        insert into task (id, round, task_index, state, fence, deadline, last_deadline)
                        values ((select next_task - 1 from run), :round, :index, 'FREE', 0, 0, 0)""").bind("round", round).bind("index", index).execute();
    }

    /**
     * Takes the smallest free range that has the wanted windows, else the greatest, or a new portion where that would be a scrap and
     * there are few. All of it is the caller's, who gives back what it does not need.
     *
     * @param sizes windows that a portion has
     */
    static Range take(Handle handle, int wanted, LongToIntFunction sizes) {
        lock(handle);
        while (true) {
            var range = free(handle, wanted).orElseGet(() -> next(handle));
            range = range.within(sizes.applyAsInt(range.portion()));
            if (range.windows() > 0) return range;
        }
    }

    private static Optional<Range> free(Handle handle, int wanted) {
        var found = handle.createQuery("""
                        select * from free_range order by case when windows >= :wanted then 0 else 1 end,
                        case when windows >= :wanted then windows else -windows end, portion, first_window limit 1""")
                .bind("wanted", wanted)
                .map((row, _) -> range(row))
                .findOne()
                .filter(range -> !range.scrap(wanted) || scraps(handle) >= MOST_SCRAPS);
        found.ifPresent(range -> remove(handle, range));
        return found;
    }

    private static int scraps(Handle handle) {
        return handle.createQuery("select count(*) from free_range")
                .mapTo(Integer.class)
                .one();
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
                .map((row, _) -> range(row))
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
        if (range.windows() > 0) insert(handle, joined(handle, range));
    }

    /** With the free ranges before and after it, which are free no more. */
    private static Range joined(Handle handle, Range range) {
        int first = range.first(), end = first + range.windows();
        var neighbours = handle.createQuery("""
                        select * from free_range where portion = :portion
                        and (first_window = :end or first_window + windows = :first)""")
                .bind("portion", range.portion())
                .bind("first", first)
                .bind("end", end)
                .map((row, _) -> range(row))
                .list();
        for (var neighbour : neighbours) {
            remove(handle, neighbour);
            first = Math.min(first, neighbour.first());
            end = Math.max(end, neighbour.first() + neighbour.windows());
        }
        return new Range(range.portion(), first, end - first);
    }

    private static Range range(ResultSet row) throws SQLException {
        return new Range(row.getLong("portion"), row.getInt("first_window"), row.getInt("windows"));
    }

    private static void insert(Handle handle, Range range) {
        handle.execute(
                "insert into free_range (portion, first_window, windows) values (?, ?, ?)",
                range.portion(),
                range.first(),
                range.windows());
    }

    /** What a task that is done has not trained on becomes free, unless portions are others by now. */
    static void done(Handle handle, long task) {
        var rest = handle.createQuery("""
                        select portion, first_window + steps * batch as first_window, windows - steps * batch as windows
                        from task where id = :id and windows > steps * batch and replica_of is null
                        and portion_windows = (select portion_windows from run)""")
                .bind("id", task)
                .map((row, _) -> range(row))
                .findOne();
        rest.ifPresent(range -> {
            lock(handle);
            give(handle, range);
            handle.execute("update task set windows = steps * batch where id = ?", task);
        });
    }

    /** A free task of an earlier round is to be computed in a later one: on other windows if portions are others by now. */
    static void moved(Handle handle, long task) {
        handle.execute(
                "update task set windows = 0 where id = ? and windows > 0 and state = 'FREE'"
                        + " and portion_windows <> (select portion_windows from run)",
                task);
    }
}
