package org.decentralizedai.billing.ledger;

import java.math.BigInteger;
import java.util.List;
import org.decentralizedai.billing.ledger.Posting.Kind;

/** The postings that are no matter of one request; those are in {@link Reservation}. */
public final class Postings {
    private static final int LONGEST_ID = 128; // with a kind before it a posting's id still fits

    private Postings() {}

    /** @param id of the operator's decision: granting it again changes nothing */
    public static Posting grant(String id, String customer, BigInteger microCredits, String why) {
        if (id.isEmpty() || id.length() > LONGEST_ID)
            throw new IllegalArgumentException("a grant's id must have 1 to " + LONGEST_ID + " characters");
        return move("grant/" + id, Kind.GRANT, why, Account.grants(), Account.balance(customer), microCredits);
    }

    /** Gives back what a request has cost by its settlement, or a part of it; once. */
    public static Posting refund(
            Reservation request, Posting settlement, BigInteger microCredits, Epoch epoch, String why) {
        if (!settlement.id().equals(request.settlementId()))
            throw new IllegalArgumentException(settlement.id() + " does not settle " + request.id());
        var cost = cost(settlement);
        if (microCredits.compareTo(cost) > 0)
            throw new IllegalArgumentException("at most " + cost + " can go back: " + microCredits);
        checkPositive(microCredits);
        return new Posting(
                "refund/" + request.id(),
                Kind.REFUND,
                settlement.id(),
                why,
                entries(Account.refunds(epoch), Account.balance(request.customer()), microCredits));
    }

    private static BigInteger cost(Posting settlement) {
        return settlement.entries().stream()
                .filter(entry -> entry.account().kind() == Account.Kind.SPENT)
                .map(Entry::amount)
                .reduce(BigInteger.ZERO, BigInteger::add);
    }

    /**
     * Moves what a customer has paid in an epoch to the epoch's revenue.
     *
     * @param entries of the account that is emptied, so far: whoever rolls up the same gives it the same id
     */
    public static Posting rollUp(Epoch epoch, String customer, BigInteger microCredits, long entries) {
        return move(
                "rollup/" + epoch.number() + "/" + customer + "/" + entries,
                Kind.ROLL_UP,
                microCredits + " micro-credits, paid in epoch " + epoch.number() + ", are counted to its revenue.",
                Account.spent(customer, epoch),
                Account.revenue(epoch),
                microCredits);
    }

    /** @param id of the chain's event */
    public static Posting deposit(String id, String customer, BigInteger wei) {
        return move(
                "deposit/" + id,
                Kind.DEPOSIT,
                wei + " wei were deposited.",
                Account.chain(),
                Account.deposit(customer),
                wei);
    }

    private static Posting move(String id, Kind kind, String why, Account from, Account to, BigInteger amount) {
        checkPositive(amount);
        return new Posting(id, kind, null, why, entries(from, to, amount));
    }

    private static void checkPositive(BigInteger amount) {
        if (amount.signum() <= 0) throw new IllegalArgumentException("amount must be > 0: " + amount);
    }

    private static List<Entry> entries(Account from, Account to, BigInteger amount) {
        return List.of(new Entry(from, amount.negate()), new Entry(to, amount));
    }
}
