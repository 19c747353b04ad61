package org.decentralizedai.billing.pool;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What customers have spent of their deposits, and of which purse it is to be taken. Thread-safe. */
public final class Positions {
    /**
     * A purse and what the contract should count as spent of it.
     *
     * @param owed wei, all that was ever spent of it; at least what the contract counts already
     */
    public record Claim(Purse purse, BigInteger owed) {
        /** The contract does not count all of it yet. */
        public boolean open() {
            return owed.compareTo(purse.spent()) > 0;
        }
    }

    private final Jdbi jdbi;
    private final PurseStore purses;
    private final BigInteger rate;

    /** @param rate wei for a micro-credit */
    Positions(Jdbi jdbi, PurseStore purses, long rate) {
        this.jdbi = jdbi;
        this.purses = purses;
        this.rate = BigInteger.valueOf(rate);
    }

    /** Wei that the customer has spent of his deposits, ever; never less than before. */
    public BigInteger paid(String customer) {
        return jdbi.inTransaction(handle -> {
            var position = position(handle, customer);
            if (position.isEmpty()) return BigInteger.ZERO;
            handle.execute(
                    "update pool_customer set paid = ? where customer = ? and paid < ?",
                    new BigDecimal(position.get().paid()),
                    customer,
                    new BigDecimal(position.get().paid()));
            return position.get().paid().multiply(rate);
        });
    }

    /** By one query, so that all of it is of one moment. */
    private static Optional<Position> position(Handle handle, String customer) {
        return handle.createQuery("""
                        select c.sold, coalesce(b.amount, 0), coalesce(r.amount, 0), coalesce(a.amount, 0),
                        (select coalesce(sum(ad.booked), 0) from ad_campaign ad where ad.customer = c.customer), c.paid
                        from pool_customer c
                        left join ledger_account b on b.id = 'balance:' || c.customer
                        left join ledger_account r on r.id = 'reserved:' || c.customer
                        left join ledger_account a on a.id = 'ad_budget:' || c.customer
                        where c.customer = :customer""")
                .bind("customer", customer)
                .map((row, _) -> new Position(
                        EventStore.amount(row, 1),
                        EventStore.amount(row, 2),
                        EventStore.amount(row, 3),
                        EventStore.amount(row, 4),
                        EventStore.amount(row, 5),
                        EventStore.amount(row, 6)))
                .findOne();
    }

    /** What is to be taken of each of the customer's purses, the oldest first. */
    public List<Claim> claims(String customer) {
        return share(purses.of(customer), paid(customer));
    }

    /** Of all customers with deposits. */
    public List<Claim> claims() {
        var customers =
                jdbi.withHandle(handle -> handle.createQuery("select customer from pool_customer order by customer")
                        .mapTo(String.class)
                        .list());
        return customers.stream().flatMap(customer -> claims(customer).stream()).toList();
    }

    /**
     * The rule: what the contract does not count yet is taken of the oldest purse as far as that goes, then of the next. What none of them
     * holds waits for a deposit.
     *
     * @param paid wei, of all purses together
     */
    static List<Claim> share(List<Purse> oldestFirst, BigInteger paid) {
        var left = paid;
        for (Purse purse : oldestFirst) left = left.subtract(purse.spent());
        var claims = new ArrayList<Claim>();
        for (Purse purse : oldestFirst) {
            var part = left.min(purse.unspent()).max(BigInteger.ZERO);
            left = left.subtract(part);
            claims.add(new Claim(purse, purse.spent().add(part)));
        }
        return claims;
    }
}
