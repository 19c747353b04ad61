package org.decentralizedai.billing.ledger;

import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;
import org.decentralizedai.billing.ledger.Posting.Kind;
import org.jdbi.v3.core.Jdbi;

/** What all customers together have paid in a span of time, and for what. Names nobody. Thread-safe. */
public final class Turnover {
    private final Jdbi jdbi;

    public Turnover(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * Micro-credits by the kind of posting that paid them: SETTLE for the API, SUBSCRIBE for months without ads, AD for ads,
     * REFUND, below zero, for what went back. Granted credits, which are no money, are among them.
     *
     * @param from milliseconds since 1970, included
     * @param to excluded
     */
    public Map<Kind, BigInteger> between(long from, long to) {
        var sums = new EnumMap<Kind, BigInteger>(Kind.class);
        jdbi.useHandle(handle -> handle.createQuery("""
                        select p.kind, sum(e.amount) from posting p
                        join ledger_entry e on e.posting = p.id join ledger_account a on a.id = e.account
                        where p.booked_at >= :from and p.booked_at < :to and p.kind <> 'ROLL_UP' and a.kind in ('SPENT', 'REFUNDS')
                        group by p.kind""")
                .bind("from", from)
                .bind("to", to)
                .map((row, _) -> Map.entry(
                        Kind.valueOf(row.getString(1)), row.getBigDecimal(2).toBigIntegerExact()))
                .forEach(sum -> sums.put(sum.getKey(), sum.getValue())));
        return sums;
    }
}
