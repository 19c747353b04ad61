package org.decentralizedai.billing.ledger;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The ledger on H2 or PostgreSQL, with the laws of the package's description. A posting locks its id, then its accounts in the order of their
 * names, so that no two postings wait for each other in a circle; an account's amount changes by one conditional update, so that
 * no race takes it below zero. Thread-safe.
 */
public final class JdbcLedger {
    private static final int ATTEMPTS = 5;
    /** Serialization failure, deadlock (PostgreSQL), time-out of a lock (H2): nothing was posted. */
    private static final Set<String> PASSING = Set.of("40001", "40P01", "HYT00");

    private final Jdbi jdbi;
    private final Clock clock;
    private final List<Rule> rules = new CopyOnWriteArrayList<>();

    public JdbcLedger(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** Carries {@link Outcome} out of a transaction that must be rolled back for it. */
    public static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final Outcome outcome;

        public RefusedException(Outcome outcome, String id) {
            super(outcome + ": " + id, null, false, false); // an everyday answer, not an error: no stack trace
            this.outcome = outcome;
        }

        public Outcome outcome() {
            return outcome;
        }
    }

    /** Work of one transaction. */
    @FunctionalInterface
    public interface Work {
        Outcome in(Handle transaction);
    }

    /** What else must hold, besides that no account goes below zero. */
    @FunctionalInterface
    public interface Rule {
        /** In the transaction of a new posting, before it is booked. @throws RefusedException when it must not be */
        void before(Handle transaction, Posting posting);
    }

    /** From now on the rule is asked before each posting. */
    public void add(Rule rule) {
        rules.add(rule);
    }

    public Outcome post(Posting posting) {
        return inTransaction(handle -> post(handle, posting));
    }

    /** Work that posts besides other things: all of it or, when a posting is refused, nothing. May be done several times. */
    public Outcome inTransaction(Work work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return jdbi.inTransaction(work::in);
            } catch (RefusedException e) {
                return e.outcome();
            } catch (JdbiException e) {
                if (attempt == ATTEMPTS || !passing(e)) throw e;
            }
        }
    }

    private static boolean passing(JdbiException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause())
            if (cause instanceof SQLException sql && PASSING.contains(String.valueOf(sql.getSQLState()))) return true;
        return false;
    }

    /**
     * @return POSTED or REPLAYED
     * @throws RefusedException for the transaction to be rolled back
     */
    public Outcome post(Handle transaction, Posting posting) {
        if (!note(transaction, posting)) return Outcome.REPLAYED;
        if (posting.ends() != null && !posted(transaction, posting.ends()))
            throw new RefusedException(Outcome.NOTHING_TO_END, posting.id());
        for (Rule rule : rules) rule.before(transaction, posting);
        for (Entry entry : posting.entries()) book(transaction, posting, entry);
        return Outcome.POSTED;
    }

    private boolean note(Handle handle, Posting posting) {
        return !posted(handle, posting.id())
                && handle.execute(
                                "insert into posting (id, kind, formula, booked_at) values (?, ?, ?, ?) on conflict do nothing",
                                posting.id(),
                                posting.kind().name(),
                                posting.formula(),
                                clock.millis())
                        == 1;
    }

    private static boolean posted(Handle handle, String id) {
        return handle.createQuery("select 1 from posting where id = :id")
                .bind("id", id)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    private static void book(Handle handle, Posting posting, Entry entry) {
        if (!add(handle, entry)) {
            open(handle, entry.account());
            if (!add(handle, entry)) throw new RefusedException(Outcome.UNCOVERED, posting.id());
        }
        handle.execute(
                """
                insert into ledger_entry (account, number, posting, amount, after)
                select id, entries, cast(? as varchar(160)), cast(? as numeric(78, 0)), amount from ledger_account where id = ?""",
                posting.id(),
                new BigDecimal(entry.amount()),
                entry.account().id());
    }

    /** False when there is no such account, or not enough in it. */
    private static boolean add(Handle handle, Entry entry) {
        return handle.createUpdate("""
                        update ledger_account set amount = amount + :amount, entries = entries + 1
                        where id = :id and (:source or amount + :amount >= 0)""")
                        .bind("amount", new BigDecimal(entry.amount()))
                        .bind("source", entry.account().kind().source())
                        .bind("id", entry.account().id())
                        .execute()
                == 1;
    }

    private static void open(Handle handle, Account account) {
        var epoch = account.epoch();
        handle.execute(
                """
                insert into ledger_account (id, kind, customer, epoch, amount, entries) values (?, ?, ?, ?, 0, 0)
                on conflict do nothing""", account.id(), account.kind().name(), account.customer(), epoch == null ? null : epoch.number());
    }

    /**
     * Brings the kept amounts to what the entries say, which are the truth. To be called at the start, before anything is posted: when
     * its process is killed, H2 may keep a part of a transaction that was never committed.
     *
     * @return how many accounts were wrong
     */
    public int recount() {
        return jdbi.withHandle(handle -> handle.execute("""
                        update ledger_account set
                          amount = (select coalesce(sum(e.amount), 0) from ledger_entry e where e.account = ledger_account.id),
                          entries = (select coalesce(max(e.number), 0) from ledger_entry e where e.account = ledger_account.id)
                        where amount <> (select coalesce(sum(e.amount), 0) from ledger_entry e where e.account = ledger_account.id)
                        or entries <> (select coalesce(max(e.number), 0) from ledger_entry e where e.account = ledger_account.id)"""));
    }

    /** 0 for an account that no posting has named. */
    public BigInteger amount(Account account) {
        return jdbi.withHandle(handle -> amount(handle, account, ""));
    }

    /** As {@link #amount}; nobody else changes it until the transaction ends. */
    public static BigInteger held(Handle transaction, Account account) {
        return amount(transaction, account, " for update");
    }

    private static BigInteger amount(Handle handle, Account account, String lock) {
        return handle.createQuery("select amount from ledger_account where id = :id" + lock)
                .bind("id", account.id())
                .mapTo(BigDecimal.class)
                .findOne()
                .map(BigDecimal::toBigIntegerExact)
                .orElse(BigInteger.ZERO);
    }

    /** What a posting has moved; empty when there is no such posting. */
    public List<Entry> entries(Handle transaction, String posting) {
        return transaction
                .createQuery("""
                        select a.kind, a.customer, a.epoch, e.amount from ledger_entry e
                        join ledger_account a on a.id = e.account where e.posting = :posting""")
                .bind("posting", posting)
                .map((row, _) -> {
                    @Nullable Long epoch = row.getObject(3, Long.class);
                    return new Entry(
                            new Account(
                                    Account.Kind.valueOf(row.getString(1)),
                                    row.getString(2),
                                    epoch == null ? null : new Epoch(epoch)),
                            row.getBigDecimal(4).toBigIntegerExact());
                })
                .list();
    }

    /**
     * Counts what customers paid in past epochs to the revenue of these. One posting for each customer and epoch.
     *
     * @return how many were posted
     */
    public int rollUp() {
        var now = Epoch.at(clock.millis());
        List<Posting> due = jdbi.withHandle(handle -> handle.createQuery("""
                        select customer, epoch, amount, entries from ledger_account
                        where kind = 'SPENT' and epoch < :now and amount > 0 order by epoch, customer""")
                .bind("now", now.number())
                .map((row, _) -> Postings.rollUp(
                        new Epoch(row.getLong(2)),
                        row.getString(1),
                        row.getBigDecimal(3).toBigIntegerExact(),
                        row.getLong(4)))
                .list());
        int posted = 0;
        for (Posting posting : due) if (post(posting) == Outcome.POSTED) posted++;
        return posted;
    }

    /**
     * Every entry that concerns a customer, newest posting first.
     *
     * @param before number of a posting, to go on from; {@link Long#MAX_VALUE}: from the newest on
     * @param postings at most so many of them
     */
    public List<StatementLine> statement(String customer, long before, int postings) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select p.number, p.id, p.kind, p.formula, p.booked_at, a.kind, e.amount, e.after
                        from posting p join ledger_entry e on e.posting = p.id join ledger_account a on a.id = e.account
                        where a.customer = :customer and p.number in (
                          select distinct q.number from posting q join ledger_entry f on f.posting = q.id
                          join ledger_account b on b.id = f.account
                          where b.customer = :customer and q.number < :before order by q.number desc limit :postings)
                        order by p.number desc, a.id""")
                .bind("customer", customer)
                .bind("before", before)
                .bind("postings", postings)
                .map((row, _) -> new StatementLine(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3).toLowerCase(Locale.ROOT),
                        row.getString(4),
                        row.getLong(5),
                        row.getString(6).toLowerCase(Locale.ROOT),
                        row.getBigDecimal(7).toBigIntegerExact(),
                        row.getBigDecimal(8).toBigIntegerExact()))
                .list());
    }
}
