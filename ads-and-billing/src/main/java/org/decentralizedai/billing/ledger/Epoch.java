package org.decentralizedai.billing.ledger;

import java.util.concurrent.TimeUnit;

/**
 * A week, counted from the first of January 1970, UTC: what is paid in it is rolled up into one account after it.
 *
 * @param number from 0
 */
public record Epoch(long number) {
    private static final long DAYS = 7;

    public static Epoch at(long millis) {
        return new Epoch(Math.floorDiv(millis, TimeUnit.DAYS.toMillis(DAYS)));
    }
}
