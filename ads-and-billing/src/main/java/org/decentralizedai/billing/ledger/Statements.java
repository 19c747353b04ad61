package org.decentralizedai.billing.ledger;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * What was booked on a customer's accounts, one account at a time as on a bank's statement. A page is a range of the primary key
 * (account, number), however long the account is. Thread-safe.
 */
public final class Statements {
    /**
     * An account of the customer.
     *
     * @param id such as {@code spent:2962:acct_x}
     * @param kind such as {@code spent}
     * @param epoch in which it is filled; null: always
     * @param amount in the kind's unit
     * @param bookings how many there are; they count from 1
     */
    public record Sheet(String id, String kind, @Nullable Epoch epoch, BigInteger amount, long bookings) {}

    /**
     * @param number within the account
     * @param posting id; the other entries of the posting, on other accounts, have the same
     * @param kind why units moved, such as {@code settle}
     * @param formula how the amount came about
     * @param after the account's amount with this entry
     */
    public record Line(
            long number,
            String posting,
            String kind,
            String formula,
            long bookedAtMillis,
            BigInteger amount,
            BigInteger after) {}

    private final Jdbi jdbi;

    public Statements(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Accounts that were ever booked on: first those without an epoch, then the newest epoch's. */
    public List<Sheet> sheets(String customer) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select id, kind, epoch, amount, entries from ledger_account where customer = :customer and entries > 0
                        order by case when epoch is null then 0 else 1 end, epoch desc, id""")
                .bind("customer", customer)
                .map((row, _) -> {
                    @Nullable Long epoch = row.getObject(3, Long.class);
                    return new Sheet(
                            row.getString(1),
                            row.getString(2).toLowerCase(Locale.ROOT),
                            epoch == null ? null : new Epoch(epoch),
                            row.getBigDecimal(4).toBigIntegerExact(),
                            row.getLong(5));
                })
                .list());
    }

    /** Empty when the customer has no such account. */
    public Optional<Sheet> sheet(String customer, String id) {
        return sheets(customer).stream().filter(sheet -> sheet.id().equals(id)).findFirst();
    }

    /**
     * Newest first.
     *
     * @param before number of the booking to go on from, that one not included
     * @param bookings at most so many
     */
    public List<Line> lines(Sheet sheet, long before, int bookings) {
        long newest = Math.min(sheet.bookings(), before - 1);
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select e.number, p.id, p.kind, p.formula, p.booked_at, e.amount, e.after
                        from ledger_entry e join posting p on p.id = e.posting
                        where e.account = :account and e.number <= :newest and e.number > :end order by e.number desc""")
                .bind("account", sheet.id())
                .bind("newest", newest)
                .bind("end", newest - bookings)
                .map((row, _) -> new Line(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3).toLowerCase(Locale.ROOT),
                        row.getString(4),
                        row.getLong(5),
                        row.getBigDecimal(6).toBigIntegerExact(),
                        row.getBigDecimal(7).toBigIntegerExact()))
                .list());
    }
}
