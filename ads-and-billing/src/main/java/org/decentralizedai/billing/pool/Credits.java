package org.decentralizedai.billing.pool;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * What customers have for their deposits. A customer should have been sold floor(backing / rate) micro-credits, where the backing is
 * the wei of all his purses that are not paid back and not on their way out. Whenever that changes, the difference is booked
 * between SOLD and his balance. When his balance does not hold what must go, since it was spent, all of it goes and he is in
 * arrears: whatever comes to his balance later goes too, until he is not.
 */
final class Credits {

    /** sold > floor(backing / rate), without a division. */
    private static final String MORE_THAN_BACKED = """
            select c.customer, c.sold, coalesce(sum(p.deposited - p.exited%s), 0) as backing
            from pool_customer c join pool_purse p on p.customer = c.customer group by c.customer, c.sold
            having c.sold * :rate > coalesce(sum(p.deposited - p.exited%s), 0) order by c.customer""";

    private static final String EXITING = " - p.exiting";

    private final Jdbi jdbi;
    private final JdbcLedger ledger;
    private final PurseStore purses;
    private final long rate;

    /** @param rate wei for a micro-credit */
    Credits(Jdbi jdbi, JdbcLedger ledger, PurseStore purses, long rate) {
        this.jdbi = jdbi;
        this.ledger = ledger;
        this.purses = purses;
        this.rate = rate;
    }

    /** From now on the customer gets credits for his deposits. */
    void open(Handle transaction, String customer) {
        transaction.execute(
                "insert into pool_customer (customer, sold, paid) values (?, 0, 0) on conflict do nothing", customer);
    }

    /** Micro-credits that must come to the customer's balance, or go from it (less than 0); they are counted as moved. 0 for a stranger. */
    BigInteger due(Handle transaction, String customer) {
        var sold = transaction
                .createQuery("select sold from pool_customer where customer = :customer for update")
                .bind("customer", customer)
                .mapTo(BigDecimal.class)
                .findOne()
                .map(BigDecimal::toBigIntegerExact);
        if (sold.isEmpty()) return BigInteger.ZERO;
        var balance = JdbcLedger.held(transaction, Account.balance(customer));
        var due = due(purses.backing(transaction, customer), rate, sold.get(), balance);
        transaction.execute(
                "update pool_customer set sold = sold + ? where customer = ?", new BigDecimal(due), customer);
        return due;
    }

    /** The rule: up to what is backed, or down to it as far as the balance goes. */
    static BigInteger due(BigInteger backing, long rate, BigInteger sold, BigInteger balance) {
        return backing.divide(BigInteger.valueOf(rate)).subtract(sold).max(balance.negate());
    }

    /** Takes what has come to the balances of those who have more than is backed. @return from how many */
    int collect() {
        int collected = 0;
        for (var one : moreThanBacked(EXITING)) if (collect(one.customer())) collected++;
        return collected;
    }

    private List<Arrears> moreThanBacked(String less) {
        return jdbi.withHandle(handle -> handle.createQuery(MORE_THAN_BACKED.formatted(less, less))
                .bind("rate", rate)
                .map((row, _) -> new Arrears(
                        row.getString(1),
                        EventStore.amount(row, 2)
                                .subtract(EventStore.amount(row, 3).divide(BigInteger.valueOf(rate)))))
                .list());
    }

    private boolean collect(String customer) {
        return ledger.inTransaction(transaction -> {
                    var due = due(transaction, customer);
                    if (due.signum() == 0) return Outcome.REPLAYED;
                    return ledger.post(transaction, posting(transaction, customer, due));
                })
                == Outcome.POSTED;
    }

    /** Its id counts the balance's bookings, so that it differs from any before. */
    private static Posting posting(Handle transaction, String customer, BigInteger due) {
        long bookings = transaction
                .createQuery("select entries from ledger_account where id = :id")
                .bind("id", Account.balance(customer).id())
                .mapTo(Long.class)
                .one();
        return new Posting(
                "ether-arrears/" + customer + "/" + bookings,
                Posting.Kind.EXIT,
                null,
                due.abs() + " micro-credits go back: their deposit is not there any more, or is on its way out.",
                List.of(new Entry(Account.balance(customer), due), new Entry(Account.sold(), due.negate())));
    }

    /** Whose balance did not hold what must go, be it that an exit under way wants it. */
    List<Arrears> overdrawn() {
        return moreThanBacked(EXITING);
    }

    /** Who has spent what no deposit backs any more; an exit under way is still there. */
    List<Arrears> arrears() {
        return moreThanBacked("");
    }
}
