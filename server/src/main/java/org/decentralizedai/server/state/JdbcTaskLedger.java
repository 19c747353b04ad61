package org.decentralizedai.server.state;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.decentralizedai.server.verify.Trust;
import org.decentralizedai.wire.Lease;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * The ledger as a table. A free row is chosen under {@code for update skip locked}, so that coordinators on many nodes do not
 * wait for each other; all else is one conditional update, true when it changed a row.
 */
public final class JdbcTaskLedger implements TaskLedger {
    private final Database database;
    private final Jdbi jdbi;
    private final Clock clock;
    private final Booking booking;

    public JdbcTaskLedger(Database database, Clock clock) {
        this(database, clock, Booking.NONE);
    }

    public JdbcTaskLedger(Database database, Clock clock, Booking booking) {
        this.database = database;
        this.jdbi = database.jdbi();
        this.clock = clock;
        this.booking = booking;
    }

    @Override
    public Optional<Lease> lease(int round, String worker, Duration time, Duration limit, Sizing sizing) {
        long now = clock.millis();
        return jdbi.inTransaction(handle -> {
            var found = handle.createQuery("""
                            select * from task where round = :round and state = 'FREE' and replica_of is null
                            order by case when windows = 0 then 0 else abs(windows - :wanted) end, task_index
                            limit 1 for update skip locked""")
                    .bind("round", round)
                    .bind("wanted", sizing.wanted())
                    .map(TaskRow::of)
                    .findOne();
            if (found.isEmpty()) return Optional.<Lease>empty();
            var free = found.get();
            var range = free.windows() > 0
                    ? new Portions.Range(free.portion(), free.first(), free.windows())
                    : Portions.take(handle, sizing.wanted(), sizing::windows);
            var work = sizing.of(range.portion(), range.first(), range.windows());
            Portions.give(
                    handle,
                    new Portions.Range(
                            range.portion(), range.first() + work.windows(), range.windows() - work.windows()));
            var lease = new Lease(free.id(), free.fence() + 1);
            int changed = handle.createUpdate("""
                            update task set state = 'LEASED', worker = :worker, fence = :fence, deadline = :deadline,
                            last_deadline = :last, portion = :portion, first_window = :first, windows = :windows,
                            portion_windows = (select portion_windows from run), steps = :steps, batch = :batch where id = :id and state = 'FREE' and fence = :fence - 1""")
                    .bind("worker", worker)
                    .bind("fence", lease.fence())
                    .bind("deadline", now + time.toMillis())
                    .bind("last", now + limit.toMillis())
                    .bind("portion", work.portion())
                    .bind("first", work.first())
                    .bind("windows", work.windows())
                    .bind("steps", work.steps())
                    .bind("batch", work.batch())
                    .bind("id", lease.taskId())
                    .execute();
            if (changed != 1) throw new IllegalStateException("a locked row changed: task=" + lease.taskId());
            return Optional.of(lease);
        });
    }

    @Override
    public Optional<Lease> replicate(Lease original, String worker, Duration time, Duration limit) {
        long now = clock.millis();
        return jdbi.inTransaction(
                handle -> Replica.give(handle, original, worker, now + time.toMillis(), now + limit.toMillis()));
    }

    @Override
    public List<Task> twins(long taskId) {
        return jdbi.withHandle(handle -> Replica.twins(handle, taskId));
    }

    @Override
    public boolean renew(Lease lease, String worker, Duration time) {
        long now = clock.millis();
        return change("""
                update task set deadline = case when last_deadline < :until then last_deadline else :until end
                where id = :id and fence = :fence and worker = :worker and state = 'LEASED' and deadline >= :now""", lease, worker, now, now + time.toMillis());
    }

    @Override
    public Outcome complete(Lease lease, String worker, long logPosition, Work done, int tokens, int countsIn) {
        return complete(lease, worker, logPosition, done, tokens, countsIn, "fence = :fence and worker = :worker");
    }

    @Override
    public Outcome adopt(LoggedUpdate update, long logPosition, int countsIn) {
        var task = find(update.lease().taskId());
        if (task.isEmpty()) return Outcome.NO_SUCH_TASK;
        boolean lost = task.get().windows() == 0; // with its first lease
        var done = update.work();
        if (lost && done == null) return Outcome.STALE;
        var work = done == null ? task.get().work() : done;
        if (lost) jdbi.useTransaction(handle -> takeAgain(handle, update, work));
        return complete(
                update.lease(),
                update.worker(),
                logPosition,
                work,
                update.tokens(),
                countsIn,
                "fence <= :fence and round = " + update.round());
    }

    private Outcome complete(
            Lease lease, String worker, long logPosition, Work work, int tokens, int countsIn, String condition) {
        boolean done = jdbi.inTransaction(handle -> {
            int changed = handle.createUpdate("""
                                    update task set state = 'DONE', log_position = :position,
                                    counts_in = case when replica_of is null then cast(:countsIn as integer) end,
                                    fence = :fence, worker = :worker, steps = :steps, batch = :batch, unproven = not exists
                                    (select 1 from trust where trust.worker = :worker and trust.valid >= :proven and trust.numeric_class =
                                    coalesce((select adapter from worker where worker.id = :worker), 'unknown'))
                                    where id = :id and state <> 'DONE' and portion = :portion
                                    and first_window = :first and windows >= :windows and\s""" + condition)
                    .bind("position", logPosition)
                    .bind("countsIn", countsIn)
                    .bind("id", lease.taskId())
                    .bind("fence", lease.fence())
                    .bind("worker", worker)
                    .bind("steps", work.steps())
                    .bind("batch", work.batch())
                    .bind("portion", work.portion())
                    .bind("first", work.first())
                    .bind("windows", work.windows())
                    .bind("proven", Trust.PROVEN)
                    .execute();
            if (changed == 0) return false;
            Portions.done(handle, lease.taskId());
            countAccepted(handle, worker);
            booking.completed(handle, lease.taskId(), worker, tokens);
            return true;
        });
        if (done) {
            database.sync();
            return Outcome.COMPLETED;
        }
        return find(lease.taskId())
                .map(task -> task.state() == State.DONE ? Outcome.ALREADY_DONE : Outcome.STALE)
                .orElse(Outcome.NO_SUCH_TASK);
    }

    /** A power cut may have taken the worker's row, but not its update. */
    private void countAccepted(Handle handle, String worker) {
        if (handle.execute("update worker set accepted = accepted + 1 where id = ?", worker) > 0) return;
        long now = clock.millis();
        handle.execute(
                "insert into worker (id, adapter, software, gigaflops, banned, accepted, refused, first_seen, last_seen)"
                        + " values (?, 'unknown', false, 0, false, 1, 0, ?, ?)",
                worker,
                now,
                now);
    }

    /** A task whose first lease is not in the database has no windows: takes those of the update, if they are free. */
    private static void takeAgain(Handle handle, LoggedUpdate update, Work work) {
        boolean lost = handle.createQuery("""
                        select id from task where id = :id and windows = 0 and round = :round and fence <= :fence
                        and state <> 'DONE' for update""")
                .bind("id", update.lease().taskId())
                .bind("round", update.round())
                .bind("fence", update.lease().fence())
                .mapTo(Long.class)
                .findOne()
                .isPresent();
        if (!lost || !Portions.take(handle, new Portions.Range(work.portion(), work.first(), work.windows()))) return;
        handle.execute(
                "update task set portion = ?, first_window = ?, windows = ?,"
                        + " portion_windows = (select portion_windows from run) where id = ?",
                work.portion(),
                work.first(),
                work.windows(),
                update.lease().taskId());
    }

    @Override
    public boolean replace(long taskId, long position, String worker, long newPosition) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                                update task set worker = :worker, log_position = :new
                                where id = :id and log_position = :old and state = 'DONE' and replica_of is null""")
                        .bind("worker", worker)
                        .bind("new", newPosition)
                        .bind("id", taskId)
                        .bind("old", position)
                        .execute()
                == 1);
    }

    @Override
    public boolean release(Lease lease, String worker) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                                update task set state = 'FREE', worker = null
                                where id = :id and fence = :fence and worker = :worker and state <> 'DONE'""")
                        .bind("id", lease.taskId())
                        .bind("fence", lease.fence())
                        .bind("worker", worker)
                        .execute()
                == 1);
    }

    @Override
    public List<Expired> expire() {
        long now = clock.millis();
        var late = jdbi.withHandle(handle -> handle.createQuery(
                        "select id, fence, worker from task where state = 'LEASED' and deadline < :now")
                .bind("now", now)
                .map((row, _) -> new Expired(new Lease(row.getLong(1), row.getLong(2)), row.getString(3)))
                .list());
        return late.stream()
                .filter(e -> change("""
                        update task set state = 'FREE'
                        where id = :id and fence = :fence and worker = :worker and state = 'LEASED' and deadline < :now""", e.lease(), e.worker(), now, now))
                .toList();
    }

    @Override
    public void extendAll(Duration time) {
        long until = clock.millis() + time.toMillis();
        jdbi.useHandle(handle -> handle.createUpdate("""
                        update task set deadline = :until,
                        last_deadline = case when last_deadline < :until then :until else last_deadline end
                        where state = 'LEASED' and deadline < :until""").bind("until", until).execute());
    }

    private boolean change(String sql, Lease lease, String worker, long now, long until) {
        return jdbi.withHandle(handle -> {
            var update = handle.createUpdate(sql)
                    .bind("id", lease.taskId())
                    .bind("fence", lease.fence())
                    .bind("worker", worker)
                    .bind("now", now);
            if (sql.contains(":until")) update.bind("until", until);
            return update.execute() == 1;
        });
    }

    @Override
    public Optional<Task> find(long taskId) {
        return jdbi.withHandle(handle -> handle.createQuery("select * from task where id = :id")
                .bind("id", taskId)
                .map(TaskRow::of)
                .findOne());
    }

    @Override
    public List<Task> tasks(int round) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from task where round = :round and replica_of is null order by task_index")
                .bind("round", round)
                .map(TaskRow::of)
                .list());
    }

    @Override
    public List<Task> counted(int round) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select * from task where counts_in = :round order by round, task_index")
                        .bind("round", round)
                        .map(TaskRow::of)
                        .list());
    }

    @Override
    public List<Task> leased(int since) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from task where round >= :since and state = 'LEASED' order by id")
                .bind("since", since)
                .map(TaskRow::of)
                .list());
    }

    @Override
    public Set<Integer> inPlay(int oldest, int since) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select distinct round from task where round >= :oldest and (state = 'LEASED' or counts_in >= :since"
                                + " or (state = 'FREE' and replica_of is null))")
                .bind("oldest", oldest)
                .bind("since", since)
                .mapTo(Integer.class)
                .set());
    }

    @Override
    public List<Lease> heldBy(String worker) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select id, fence from task where worker = :worker and state = 'LEASED'")
                        .bind("worker", worker)
                        .map((row, _) -> new Lease(row.getLong(1), row.getLong(2)))
                        .list());
    }
}
