package org.decentralizedai.server.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.wire.Lease;
import org.jdbi.v3.core.Handle;

/**
 * Rows of tasks that repeat another one. A replica is given out once: whatever ends its lease, it goes to nobody else. Nothing of its
 * round is summed over it, and its windows stay those of the task that it repeats.
 */
final class Replica {
    private Replica() {}

    /**
     * Leases a replica of what this lease gives out or, when its task is done, of what was trained on. Empty when the lease is not
     * the newest of its task any more.
     */
    static Optional<Lease> give(Handle handle, Lease original, String worker, long deadline, long last) {
        boolean there = handle.createQuery("""
                        select id from task where id = :id and fence = :fence and replica_of is null and windows > 0
                        and state <> 'FREE' for update""")
                .bind("id", original.taskId())
                .bind("fence", original.fence())
                .mapTo(Long.class)
                .findOne()
                .isPresent();
        if (!there) return Optional.empty();
        handle.execute("update run set next_task = next_task + 1");
        long id = handle.createQuery("select next_task - 1 from run")
                .mapTo(Long.class)
                .one();
        handle.createUpdate("""
                        insert into task (id, round, task_index, form_index, replica_of, state, worker, fence, deadline,
                        last_deadline, portion, first_window, windows, portion_windows, steps, batch)
                        select cast(:new as bigint), round,
                        (select least(min(other.task_index), 0) - 1 from task other where other.round = task.round),
                        task_index, id, 'LEASED', cast(:worker as varchar(64)), 1, cast(:deadline as bigint),
                        cast(:last as bigint), portion, first_window, steps * batch, portion_windows, steps, batch
                        from task where id = :id""")
                .bind("new", id)
                .bind("worker", worker)
                .bind("deadline", deadline)
                .bind("last", last)
                .bind("id", original.taskId())
                .execute();
        return Optional.of(new Lease(id, 1));
    }

    /** All other rows that repeat this task, or that it repeats, by number: the original is the first. */
    static List<TaskLedger.Task> twins(Handle handle, long task) {
        return handle.createQuery("""
                        select twin.* from task twin, task self where self.id = :id and twin.id <> self.id
                        and (twin.replica_of = self.id or twin.id = self.replica_of or twin.replica_of = self.replica_of)
                        order by twin.id""").bind("id", task).map(TaskRow::of).list();
    }

    /** Place whose form it has. */
    static int index(ResultSet row) throws SQLException {
        Integer original = row.getObject("form_index", Integer.class);
        return original == null ? row.getInt("task_index") : original;
    }
}
