package org.decentralizedai.server.credit;

import java.time.LocalDate;
import org.decentralizedai.server.state.Database;
import org.jdbi.v3.core.Jdbi;

/** What an account was granted, by days and by tasks, newest first. */
public final class Statement {
    /**
     * @param day as 2026-01-31, UTC
     * @param tasks whose credit was not forfeited, as {@code microCredits}
     */
    public record Day(String day, long microCredits, long tasks) {}

    /** Where a grant stands. */
    public enum State {
        HELD,
        RELEASED,
        FORFEITED
    }

    /** @param task its number in the run */
    public record Granted(long task, long microCredits, State state, long grantedAtMillis) {}

    private final Jdbi jdbi;

    public Statement(Database database) {
        this.jdbi = database.jdbi();
    }

    public Page<Day> days(String account, Page.Request part) {
        return jdbi.inTransaction(handle -> part.of(
                handle.createQuery("select count(distinct hours / 24) from credit_hour where account = :account")
                        .bind("account", account)
                        .mapTo(Long.class)
                        .one(),
                handle.createQuery("""
                                select hours / 24 as days, sum(earned), sum(tasks) from credit_hour where account = :account
                                group by hours / 24 order by days desc limit :size offset :from""")
                        .bind("account", account)
                        .bind("size", part.size())
                        .bind("from", part.offset())
                        .map((row, _) -> new Day(
                                LocalDate.ofEpochDay(row.getLong(1)).toString(), row.getLong(2), row.getLong(3)))
                        .list()));
    }

    public Page<Granted> tasks(String account, Page.Request part) {
        return jdbi.inTransaction(handle -> part.of(
                handle.createQuery("select coalesce(max(grants), 0) from credit_account where id = :account")
                        .bind("account", account)
                        .mapTo(Long.class)
                        .one(),
                handle.createQuery("""
                                select g.task, g.micro_credits, g.booked_at, coalesce(s.kind, 'HELD') from credit_entry g
                                left join credit_entry s on s.account = g.account and s.number = g.number and s.step = 1
                                where g.account = :account and g.step = 0 order by g.number desc limit :size offset :from""")
                        .bind("account", account)
                        .bind("size", part.size())
                        .bind("from", part.offset())
                        .map((row, _) -> new Granted(
                                row.getLong(1), row.getLong(2), State.valueOf(row.getString(4)), row.getLong(3)))
                        .list()));
    }
}
