package org.decentralizedai.billing.ledger;

import java.math.BigInteger;
import java.util.List;
import org.decentralizedai.billing.ledger.Posting.Kind;

/**
 * What a request may cost at most, put aside before it begins. It ends by one settlement, whatever becomes of the request: the
 * settlement's id follows from the reservation's, so that there can't be two.
 *
 * @param id of the request
 */
public record Reservation(String id, String customer, BigInteger microCredits) {
    public Reservation {
        if (microCredits.signum() < 0)
            throw new IllegalArgumentException("a reservation must be >= 0: " + microCredits);
    }

    /** Refused when the customer's balance does not hold it. */
    public Posting reserve(String formula) {
        return new Posting(
                reserveId(),
                Kind.RESERVE,
                null,
                formula,
                List.of(
                        new Entry(Account.balance(customer), microCredits.negate()),
                        new Entry(Account.reserved(customer), microCredits)));
    }

    /** @param cost at most what is reserved; the rest goes back. 0: all of it */
    public Posting settle(BigInteger cost, Epoch epoch, String formula) {
        if (cost.signum() < 0 || cost.compareTo(microCredits) > 0)
            throw new IllegalArgumentException("cost must be 0.." + microCredits + ": " + cost);
        return new Posting(
                settlementId(),
                Kind.SETTLE,
                reserveId(),
                formula,
                List.of(
                        new Entry(Account.reserved(customer), microCredits.negate()),
                        new Entry(Account.balance(customer), microCredits.subtract(cost)),
                        new Entry(Account.spent(customer, epoch), cost)));
    }

    private String reserveId() {
        return "reserve/" + id;
    }

    String settlementId() {
        return "settle/" + id;
    }
}
