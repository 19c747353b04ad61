package org.decentralizedai.server.state;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.server.verify.Trust;
import org.decentralizedai.wire.Lease;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;

/** Which updates are audited and with what result, whom that makes trusted, and what of the past is taken back. */
public final class AuditLedger {
    private final Jdbi jdbi;
    private final Clock clock;

    /**
     * An accepted update that was drawn.
     *
     * @param round in which it counts
     * @param numericClass what the worker computes with
     * @param position in the log
     */
    public record Audit(Lease lease, int round, String worker, String numericClass, long position) {

        /** Of another task that the same worker has done. */
        public Audit of(TaskLedger.Task done) {
            int countsIn = requireNonNull(done.countsIn());
            return new Audit(new Lease(done.id(), done.fence()), countsIn, worker, numericClass, done.position());
        }
    }

    /** Audits so far. @param agreed by volunteers or the server @param caught that found a fake @param missed that were not computed in time */
    public record Counts(long drawn, long agreed, long caught, long missed) {}

    public AuditLedger(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    public Trust trust(String worker, String numericClass) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select valid from trust where worker = :worker and numeric_class = :class")
                .bind("worker", worker)
                .bind("class", numericClass)
                .mapTo(Integer.class)
                .findOne()
                .map(Trust::new)
                .orElse(Trust.NONE));
    }

    /** False when this task has an audit already. */
    public boolean draw(Audit audit) {
        return jdbi.withHandle(handle -> handle.createUpdate("""
                                insert into audit (task_id, fence, round, worker, numeric_class, log_position, state, drawn_at)
                                values (:task, :fence, :round, :worker, :class, :position, 'DRAWN', :now)
                                on conflict do nothing""")
                        .bind("task", audit.lease().taskId())
                        .bind("fence", audit.lease().fence())
                        .bind("round", audit.round())
                        .bind("worker", audit.worker())
                        .bind("class", audit.numericClass())
                        .bind("position", audit.position())
                        .bind("now", clock.millis())
                        .execute()
                == 1);
    }

    public boolean drawn(long task) {
        return jdbi.withHandle(handle -> handle.createQuery("select count(*) from audit where task_id = :task")
                        .bind("task", task)
                        .mapTo(Integer.class)
                        .one()
                > 0);
    }

    /** Those that wait for their result. */
    public List<Audit> waiting() {
        return jdbi.withHandle(
                handle -> handle.createQuery("select * from audit where state = 'DRAWN' order by task_id")
                        .map(AuditLedger::audit)
                        .list());
    }

    /** Whether the audit of this task waits for its result. */
    public boolean waits(long task) {
        return is(task, "DRAWN");
    }

    /** Whether the audit of this task has shown that its update is good. */
    public boolean agreed(long task) {
        return is(task, "AGREED");
    }

    /** Whether the audit of this task has found a fake. */
    public boolean caught(long task) {
        return is(task, "CAUGHT");
    }

    private boolean is(long task, String state) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select count(*) from audit where task_id = :task and state = :state")
                                .bind("task", task)
                                .bind("state", state)
                                .mapTo(Integer.class)
                                .one()
                        > 0);
    }

    /** The update is good. @param trusted whether the account has shown by it that it may be trusted more */
    public void agreed(Audit audit, Agreement agreement, boolean trusted) {
        ended(audit, "AGREED", agreement, trusted);
    }

    /** A volunteer says the same, and nobody else has said anything: enough for trust, not for pay. @param trusted as above */
    public void vouched(Audit audit, Agreement agreement, boolean trusted) {
        ended(audit, "VOUCHED", agreement, trusted);
    }

    private void ended(Audit audit, String state, Agreement agreement, boolean trusted) {
        jdbi.useTransaction(handle -> {
            decide(handle, audit, state, agreement);
            if (!trusted) return;
            int known = handle.execute(
                    "update trust set valid = valid + 1 where worker = ? and numeric_class = ?",
                    audit.worker(),
                    audit.numericClass());
            if (known == 0)
                handle.execute(
                        "insert into trust (worker, numeric_class, valid) values (?, ?, 1)",
                        audit.worker(),
                        audit.numericClass());
        });
    }

    /**
     * The account is nobody again, whatever it computes with, and what it gave to these rounds will be taken back.
     *
     * @param round that is open; its step takes it back
     * @param since first round of those whose contributions are taken back
     * @return how many are
     */
    public int caught(Audit audit, Agreement agreement, int round, int since) {
        return jdbi.inTransaction(handle -> {
            decide(handle, audit, "CAUGHT", agreement);
            handle.execute("update trust set valid = 0 where worker = ?", audit.worker());
            return handle.execute(
                    "update contribution set corrected_in = ? where worker = ? and round >= ? and round < ?"
                            + " and corrected_in is null",
                    round,
                    audit.worker(),
                    since,
                    round);
        });
    }

    private void decide(Handle handle, Audit audit, String state, Agreement agreement) {
        handle.execute(
                "update audit set state = ?, distance = ?, cosine = ?, decided_at = ? where task_id = ?",
                state,
                agreement.relative(),
                agreement.cosine(),
                clock.millis(),
                audit.lease().taskId());
    }

    public void missed(long task) {
        jdbi.useHandle(handle -> handle.execute(
                "update audit set state = 'MISSED', decided_at = ? where task_id = ? and state = 'DRAWN'",
                clock.millis(),
                task));
    }

    /** In the commit that closes the round. */
    public void contributed(Handle transaction, int round, List<Contribution> contributions) {
        transaction.execute("delete from contribution where round = ?", round); // of a version that wrote them before
        for (Contribution each : contributions)
            transaction.execute(
                    "insert into contribution (round, task_id, worker, log_position, share) values (?, ?, ?, ?, ?)",
                    round,
                    each.task(),
                    each.worker(),
                    each.position(),
                    each.share());
    }

    /** What the step of this round takes back. */
    public List<Contribution> corrections(int round) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select * from contribution where corrected_in = :round order by round, task_id")
                .bind("round", round)
                .map(AuditLedger::contribution)
                .list());
    }

    /** The step of {@code round} came to nothing: the next one takes back what it would have. In the commit that says so. */
    public void postpone(Handle transaction, int round) {
        transaction.execute("update contribution set corrected_in = ? where corrected_in = ?", round + 1, round);
    }

    /**
     * After {@code round} the weights are again those that {@code target} began with: what came since is not in them, and what was
     * taken back since is. In the commit that goes back.
     */
    public void returned(Handle transaction, int round, int target) {
        transaction.execute("delete from contribution where round >= ?", target);
        transaction.execute("update contribution set corrected_in = ? where corrected_in >= ?", round + 1, target);
    }

    /** The first round of which the step of {@code round} or a later one takes something back; that round when there is none. */
    public int oldestCorrected(int round) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select coalesce(min(round), :round) from contribution where corrected_in >= :round")
                .bind("round", round)
                .mapTo(Integer.class)
                .one());
    }

    /** Forgets what came before this round. */
    public void trim(int round) {
        jdbi.useHandle(handle -> handle.execute("delete from contribution where round < ?", round));
    }

    public Counts counts() {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select count(*), coalesce(sum(case when state in ('AGREED', 'VOUCHED') then 1 else 0 end), 0),
                        coalesce(sum(case when state = 'CAUGHT' then 1 else 0 end), 0),
                        coalesce(sum(case when state = 'MISSED' then 1 else 0 end), 0) from audit""")
                .map((row, _) -> new Counts(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)))
                .one());
    }

    private static Audit audit(ResultSet row, StatementContext context) throws SQLException {
        return new Audit(
                new Lease(row.getLong("task_id"), row.getLong("fence")),
                row.getInt("round"),
                row.getString("worker"),
                row.getString("numeric_class"),
                row.getLong("log_position"));
    }

    private static Contribution contribution(ResultSet row, StatementContext context) throws SQLException {
        return new Contribution(
                row.getInt("round"),
                row.getLong("task_id"),
                row.getString("worker"),
                row.getLong("log_position"),
                row.getDouble("share"));
    }
}
