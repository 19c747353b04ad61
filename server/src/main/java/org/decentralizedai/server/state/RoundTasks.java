package org.decentralizedai.server.state;

import org.jdbi.v3.core.Handle;

/**
 * The tasks of rounds as rounds change. A task that an earlier round has left is computed in a later one with the same windows: no
 * data is lost. Whenever a task moves, or is taken from its worker, its fence grows, so that no lease of before completes it.
 */
final class RoundTasks {
    private RoundTasks() {}

    /** Gives a round so many free tasks more: those that earlier rounds have left, oldest first, then new ones. */
    static void open(Handle handle, int round, int count) {
        int index = handle.createQuery("select coalesce(max(task_index) + 1, 0) from task where round = :round")
                .bind("round", round)
                .mapTo(Integer.class)
                .one();
        var left = handle.createQuery("""
                        select id from task where round < :round and state = 'FREE' and replica_of is null
                        order by round, task_index limit :count""")
                .bind("round", round)
                .bind("count", count)
                .mapTo(Long.class)
                .list();
        int opened = 0;
        for (long id : left) {
            Portions.moved(handle, id);
            opened += move(handle, id, round, index + opened);
        }
        for (; opened < count; opened++) Portions.open(handle, round, index + opened);
    }

    private static int move(Handle handle, long id, int round, int index) {
        return handle.execute(
                "update task set round = ?, task_index = ?, fence = fence + 1, worker = null where id = ? and state = 'FREE'",
                round,
                index,
                id);
    }

    /**
     * Takes the tasks of rounds before {@code oldest} from their workers. What has come of them for a round that is still to be
     * opened counts in none.
     */
    static void takeBack(Handle handle, int next, int oldest) {
        handle.execute(
                "update task set state = 'FREE', worker = null, fence = fence + 1 where round < ? and state <> 'DONE'",
                oldest);
        handle.execute("update task set counts_in = ? where counts_in >= ? and round < ?", next - 1, next, oldest);
    }

    /** Forgets the tasks that counted in rounds below {@code round}, and replicas of those rounds. */
    static void trim(Handle handle, int round) {
        handle.execute("delete from task where counts_in < ? or (replica_of is not null and round < ?)", round, round);
    }
}
