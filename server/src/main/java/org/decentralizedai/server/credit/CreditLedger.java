package org.decentralizedai.server.credit;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.server.state.Booking;
import org.decentralizedai.server.state.Database;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The append-only book of credit. A grant is an entry; it is held back until the account has {@link #heldTasks} further clear grants
 * ({@link ClearGrants}), then an entry releases it, unless an entry forfeits it first. Laws, which the keys of the table enforce: a task is granted
 * once to an account, however often it is booked; a grant is settled once. Grants are settled in their order, so that an
 * account's held grants are always its newest.
 *
 * <p>A grant is written in the commit that completes its task ({@link Booking}): a crash keeps both or neither, and an update
 * that a restart takes over from the log is booked by the same way.
 */
public final class CreditLedger implements Booking, Forfeits, Stakes {
    /** Clear grants that must follow a grant before it is released, as the server sets it out: see {@link HoldBack}. */
    public static final int HELD_TASKS = HoldBack.TASKS;

    private final Database database;
    private final Jdbi jdbi;
    private final Clock clock;
    private final CreditRule rule;
    private final int heldTasks;
    private final boolean audited;

    /** Of a server that audits nobody. */
    public CreditLedger(Database database, Clock clock, CreditRule rule, int heldTasks) {
        this(database, clock, rule, heldTasks, false);
    }

    /**
     * @param heldTasks clear grants of an account that stay held back
     * @param audited whether a lot is drawn of each grant after it is booked, so that the newest is not known to be clear
     */
    public CreditLedger(Database database, Clock clock, CreditRule rule, int heldTasks, boolean audited) {
        if (heldTasks < 0) throw new IllegalArgumentException("heldTasks must be >= 0: " + heldTasks);
        this.database = database;
        this.jdbi = database.jdbi();
        this.clock = clock;
        this.rule = rule;
        this.heldTasks = heldTasks;
        this.audited = audited;
    }

    /** @param grants number of the newest; @param settled those up to this number are */
    private record Account(long grants, long settled, long team) {}

    private record Grant(long team, long bookedAt, long microCredits) {}

    @Override
    public void completed(Handle transaction, long taskId, String account, int tokens) {
        long now = clock.millis();
        var before = locked(transaction, account, now);
        long granted = rule.microCredits(tokens);
        long number = before.grants() + 1;
        int added = transaction
                .createUpdate("""
                        insert into credit_entry (account, number, step, kind, task, micro_credits, team, booked_at)
                        values (:account, :number, 0, 'GRANTED', :task, :granted, :team, :now) on conflict do nothing""")
                .bind("account", account)
                .bind("number", number)
                .bind("task", taskId)
                .bind("granted", granted)
                .bind("team", before.team())
                .bind("now", now)
                .execute();
        if (added == 0) return; // booked before
        transaction.execute("""
                update credit_account set grants = ?, earned = earned + ?, held = held + ?, tasks = tasks + 1, last_at = ?
                where id = ?""", number, granted, granted, now, account);
        CreditSums.add(transaction, account, before.team(), now, granted, 1);
        release(transaction, account, before.settled(), due(transaction, account, before.settled(), number), now);
    }

    /** The newest grant that is due, when this many are booked. */
    private long due(Handle handle, String account, long settled, long grants) {
        if (heldTasks == 0) return grants;
        return ClearGrants.fromNewest(handle, account, settled, lotsDrawn(grants), heldTasks)
                        .orElse(settled + 1)
                - 1;
    }

    private long lotsDrawn(long grants) {
        return audited ? grants - 1 : grants;
    }

    /** Grants apart from a completion: for a replica of a task, whose update is not the one that counts. */
    public void grant(long taskId, String account, int tokens) {
        jdbi.useTransaction(handle -> completed(handle, taskId, account, tokens));
    }

    private static Account locked(Handle handle, String account, long now) {
        return find(handle, account).orElseGet(() -> {
            open(handle, account, now);
            return find(handle, account).orElseThrow();
        });
    }

    private static Optional<Account> find(Handle handle, String account) {
        return handle.createQuery("select grants, settled, team from credit_account where id = :id for update")
                .bind("id", account)
                .map((row, _) -> new Account(row.getLong(1), row.getLong(2), row.getLong(3))) // no team reads as 0
                .findOne();
    }

    private static void open(Handle handle, String account, long now) {
        handle.execute("""
                insert into credit_account (id, grants, settled, earned, held, forfeited, tasks, first_at, last_at)
                values (?, 0, 0, 0, 0, 0, 0, ?, ?) on conflict do nothing""", account, now, now);
    }

    private static void release(Handle handle, String account, long settled, long upTo, long now) {
        if (upTo <= settled) return;
        long released = sum(grants(handle, account, settled, upTo));
        settle(handle, account, settled, upTo, "RELEASED", null, now);
        handle.execute("update credit_account set settled = ?, held = held - ? where id = ?", upTo, released, account);
    }

    @Override
    public long forfeit(String account) {
        long now = clock.millis();
        long moved = jdbi.inTransaction(handle -> find(handle, account)
                .map(found -> forfeit(handle, account, found, now))
                .orElse(0L));
        database.sync();
        return moved;
    }

    private static long forfeit(Handle handle, String account, Account found, long now) {
        var grants = grants(handle, account, found.settled(), found.grants());
        long moved = sum(grants);
        settle(
                handle,
                account,
                found.settled(),
                found.grants(),
                "FORFEITED",
                Epoch.at(now).pool(),
                now);
        handle.execute("""
                update credit_account set settled = grants, held = held - ?, earned = earned - ?, forfeited = forfeited + ?,
                tasks = tasks - ? where id = ?""", moved, moved, moved, grants.size(), account);
        for (Grant grant : grants)
            CreditSums.add(handle, account, grant.team(), grant.bookedAt(), -grant.microCredits(), -1);
        return moved;
    }

    /** By team, so that rows of teams are locked in one order by all. */
    private static List<Grant> grants(Handle handle, String account, long after, long upTo) {
        return handle.createQuery("""
                        select team, booked_at, micro_credits from credit_entry
                        where account = :account and step = 0 and number > :after and number <= :upTo order by team, number""")
                .bind("account", account)
                .bind("after", after)
                .bind("upTo", upTo)
                .map((row, _) -> new Grant(row.getLong(1), row.getLong(2), row.getLong(3)))
                .list();
    }

    private static long sum(List<Grant> grants) {
        return grants.stream().mapToLong(Grant::microCredits).sum();
    }

    private static void settle(
            Handle handle, String account, long after, long upTo, String kind, @Nullable String pool, long now) {
        handle.createUpdate("""
                        insert into credit_entry (account, number, step, kind, task, micro_credits, team, pool, booked_at)
                        select account, number, 1, cast(:kind as varchar(9)), task, micro_credits, team,
                        cast(:pool as varchar(64)), cast(:now as bigint) from credit_entry
                        where account = :account and step = 0 and number > :after and number <= :upTo""")
                .bind("kind", kind)
                .bind("pool", pool)
                .bind("now", now)
                .bind("account", account)
                .bind("after", after)
                .bind("upTo", upTo)
                .execute();
    }

    @Override
    public double auditRate(String account, int tokens, double trusted) {
        long pay = rule.microCredits(tokens);
        return jdbi.inTransaction(
                handle -> handle.createQuery("select held, grants, settled from credit_account where id = :account")
                        .bind("account", account)
                        .map((row, _) -> auditRate(
                                handle, account, trusted, pay, row.getLong(1), row.getLong(2), row.getLong(3)))
                        .findOne()
                        .orElse(trusted));
    }

    private static double auditRate(
            Handle handle, String account, double trusted, long pay, long held, long grants, long settled) {
        int clear = ClearGrants.count(handle, account, settled, grants - 1, HELD_TASKS);
        return HoldBack.auditRate(trusted, pay, held - pay, grants - settled - 1, clear);
    }

    public int heldTasks() {
        return heldTasks;
    }

    /** Zero for an account that nobody has seen. */
    public Balance balance(String account) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select earned - held, held, forfeited, tasks from credit_account where id = :id")
                .bind("id", account)
                .map((row, _) -> new Balance(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)))
                .findOne()
                .orElse(Balance.ZERO));
    }

    /** Micro-credits that were forfeited in this epoch. */
    public long pool(Epoch epoch) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select coalesce(sum(micro_credits), 0) from credit_entry where pool = :pool")
                .bind("pool", epoch.pool())
                .mapTo(Long.class)
                .one());
    }
}
