package org.decentralizedai.billing.pool;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Posting;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What customers have spent of their deposits, and of which purse it is to be taken. Thread-safe. */
public final class Positions {
    /**
     * A purse and what the contract should count as spent of it.
     *
     * @param owed wei, all that was ever spent of it; at least what the contract counts already
     * @param signed wei, ever: what the contract counts, or can be told by a voucher
     * @param secured as signed, by the delegate whom the contract knows
     */
    public record Claim(Purse purse, BigInteger owed, BigInteger signed, BigInteger secured) {
        /** The contract does not count all of it yet. */
        public boolean open() {
            return owed.compareTo(purse.spent()) > 0;
        }
    }

    private final Jdbi jdbi;
    private final PurseStore purses;
    private final BigInteger rate;
    private final LongSupplier former;

    /**
     * @param rate wei for a micro-credit
     * @param former who was a purse's delegate may yet sign when he was replaced or revoked then or later; milliseconds
     */
    Positions(Jdbi jdbi, PurseStore purses, long rate, LongSupplier former) {
        this.jdbi = jdbi;
        this.purses = purses;
        this.rate = BigInteger.valueOf(rate);
        this.former = former;
    }

    private List<Standing> standings(Handle handle, String customer) {
        return purses.standings(handle, customer, former.getAsLong());
    }

    /** Wei that the customer has spent of his deposits, ever; never less than before. */
    public BigInteger paid(String customer) {
        return jdbi.inTransaction(handle -> paid(handle, customer));
    }

    private BigInteger paid(Handle handle, String customer) {
        var position = position(handle, customer);
        if (position.isEmpty()) return BigInteger.ZERO;
        var paid = position.get().paid();
        handle.execute(
                "update pool_customer set paid = ? where customer = ? and paid < ?",
                new BigDecimal(paid),
                customer,
                new BigDecimal(paid));
        return paid.multiply(rate);
    }

    /**
     * To be called before each posting of the ledger: what was spent until now is noted before a grant or a refund makes it less. The accounts
     * that it depends on stay as they are until the transaction ends.
     */
    void keep(Handle transaction, Posting posting) {
        if (posting.kind() != Posting.Kind.GRANT && posting.kind() != Posting.Kind.REFUND) return;
        for (Entry entry : posting.entries())
            if (entry.account().kind() == Account.Kind.BALANCE)
                keep(transaction, requireNonNull(entry.account().customer()));
    }

    private void keep(Handle transaction, String customer) {
        if (!lock(transaction, customer)) return;
        for (Account account :
                List.of(Account.adBudget(customer), Account.balance(customer), Account.reserved(customer)))
            JdbcLedger.held(transaction, account);
        paid(transaction, customer);
    }

    /** False for who has never deposited. */
    static boolean lock(Handle transaction, String customer) {
        return transaction
                .createQuery("select 1 from pool_customer where customer = :customer for update")
                .bind("customer", customer)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    /**
     * Wei that the contract could not surely be told by a voucher, were so much more spent and all that is reserved too.
     *
     * @param more micro-credits
     */
    BigInteger unsigned(Handle transaction, String customer, BigInteger more) {
        var position = position(transaction, customer);
        if (position.isEmpty()) return BigInteger.ZERO;
        var paid = position.get().withReserved(more).multiply(rate);
        var claims = share(standings(transaction, customer), paid);
        var counted = sum(
                claims.stream().map(claim -> claim.owed().min(claim.secured())).toList());
        return paid.subtract(counted).max(BigInteger.ZERO);
    }

    /** Whether a purse that is surely the customer's is on its way out. */
    boolean leaving(Handle transaction, String customer) {
        return standings(transaction, customer).stream().anyMatch(each -> each.own() && each.leaving());
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
        return jdbi.inTransaction(handle -> share(standings(handle, customer), paid(handle, customer)));
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
     * The rule: what the contract does not count yet is taken first where a voucher says so, so that no deposit that comes later takes a
     * signed debt away, whether its delegate is the contract's, waits, or was revoked just now; then of the customer's own purses, and of others' only when these are empty, since those may be gone tomorrow.
     * Purses on their way out come before those that stay, older ones before newer ones. What none of them holds waits for a deposit.
     *
     * @param paid wei, of all purses together
     * @return in the order of the purses
     */
    static List<Claim> share(List<Standing> oldestFirst, BigInteger paid) {
        var left = paid.subtract(sum(
                        oldestFirst.stream().map(each -> each.purse().spent()).toList()))
                .max(BigInteger.ZERO);
        var claims = new ArrayList<Claim>();
        for (Standing each : oldestFirst) {
            var counted = new Claim(each.purse(), each.purse().spent(), each.signed(), each.secured());
            var signed = raised(counted, each.signed(), left);
            left = left.subtract(signed.owed().subtract(counted.owed()));
            claims.add(signed);
        }
        for (int i : inOrder(oldestFirst)) {
            var signed = claims.get(i);
            var all = raised(signed, signed.purse().deposited(), left);
            left = left.subtract(all.owed().subtract(signed.owed()));
            claims.set(i, all);
        }
        return claims;
    }

    /** Owed of a purse is raised up to {@code to}, as far as the purse and {@code left} go. */
    private static Claim raised(Claim claim, BigInteger to, BigInteger left) {
        var holds = claim.purse().deposited().subtract(claim.purse().exited());
        var part = to.min(holds).subtract(claim.owed()).min(left).max(BigInteger.ZERO);
        return new Claim(claim.purse(), claim.owed().add(part), claim.signed(), claim.secured());
    }

    /** Places of the purses in the order in which they owe what nobody signed; the sort is stable: of equals the older one is first. */
    private static List<Integer> inOrder(List<Standing> oldestFirst) {
        return IntStream.range(0, oldestFirst.size())
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> !oldestFirst.get(i).own())
                        .thenComparing(i -> !oldestFirst.get(i).leaving()))
                .toList();
    }

    private static BigInteger sum(Collection<BigInteger> amounts) {
        return amounts.stream().reduce(BigInteger.ZERO, BigInteger::add);
    }
}
