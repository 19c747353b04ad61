package org.decentralizedai.billing.ad;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.Epoch;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.JdbcLedger.RefusedException;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Sells months without ads, from the balance. A month has 30 days; another one begins where the last one ends. Thread-safe. */
public final class AdFree {
    public static final int MOST_MONTHS = 12;
    private static final Pattern ORDER = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Duration MONTH = Duration.ofDays(30);

    private final JdbcLedger ledger;
    private final Jdbi jdbi;
    private final Clock clock;
    private final long monthMicroCredits;

    /** @param monthMicroCredits what a month costs */
    public AdFree(JdbcLedger ledger, Jdbi jdbi, Clock clock, long monthMicroCredits) {
        if (monthMicroCredits <= 0)
            throw new IllegalArgumentException("a month without ads must cost > 0: " + monthMicroCredits);
        this.ledger = ledger;
        this.jdbi = jdbi;
        this.clock = clock;
        this.monthMicroCredits = monthMicroCredits;
    }

    public long monthMicroCredits() {
        return monthMicroCredits;
    }

    public boolean has(String customer) {
        return until(customer).isPresent();
    }

    /** Empty when it is over, or was never bought. */
    public Optional<Instant> until(String customer) {
        return jdbi.withHandle(handle -> handle.createQuery("select until from ad_free where customer = :customer")
                .bind("customer", customer)
                .mapTo(Long.class)
                .findOne()
                .filter(until -> until > clock.millis())
                .map(Instant::ofEpochMilli));
    }

    /**
     * @param order of the buyer's making; who says the same one again, since no answer came, does not buy again
     * @return false when the balance does not hold it: then nothing has changed
     * @throws RefusedException when he has to sign first for what he has spent: then neither
     */
    public boolean buy(String customer, int months, String order) {
        if (!ORDER.matcher(order).matches())
            throw new IllegalArgumentException("order must have 1 to 64 of A-Z, a-z, 0-9, _ and -");
        if (months <= 0 || months > MOST_MONTHS)
            throw new IllegalArgumentException("months must be 1 to " + MOST_MONTHS + ": " + months);
        var outcome = ledger.inTransaction(handle -> buy(handle, customer, months, order));
        if (outcome == Outcome.UNSIGNED) throw new RefusedException(outcome, order);
        return outcome != Outcome.UNCOVERED;
    }

    private Outcome buy(Handle handle, String customer, int months, String order) {
        handle.execute("insert into ad_free (customer, until) values (?, 0) on conflict do nothing", customer);
        long now = clock.millis();
        long before = handle.createQuery("select until from ad_free where customer = :customer for update")
                .bind("customer", customer)
                .mapTo(Long.class)
                .one();
        String id = "subscribe/" + customer + "/" + order;
        if (posted(handle, id)) return Outcome.REPLAYED; // nobody else buys for him while the row is held
        long until = Math.max(now, before) + MONTH.multipliedBy(months).toMillis();
        handle.execute("update ad_free set until = ? where customer = ?", until, customer);
        var cost = BigInteger.valueOf(monthMicroCredits).multiply(BigInteger.valueOf(months));
        return ledger.post(
                handle,
                new Posting(
                        id,
                        Posting.Kind.SUBSCRIBE,
                        null,
                        months + " x 30 days without ads, until " + Instant.ofEpochMilli(until) + ", at "
                                + monthMicroCredits + " micro-credits each.",
                        List.of(
                                new Entry(Account.balance(customer), cost.negate()),
                                new Entry(Account.spent(customer, Epoch.at(now)), cost))));
    }

    private static boolean posted(Handle handle, String id) {
        return handle.createQuery("select 1 from posting where id = :id")
                .bind("id", id)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }
}
