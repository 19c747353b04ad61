package org.decentralizedai.billing.meter;

import java.math.BigInteger;
import org.decentralizedai.billing.ledger.Reservation;

/**
 * A request before it is computed.
 *
 * @param id unique
 * @param key id of the customer's key
 * @param maxTokens greatest length of the answer
 */
public record Asked(
        String id, String customer, String key, String model, Price price, int promptTokens, int maxTokens) {

    /** The most that it can cost. */
    Reservation reservation() {
        return new Reservation(id, customer, BigInteger.valueOf(price.of(promptTokens, maxTokens)));
    }
}
