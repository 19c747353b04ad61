package org.decentralizedai.server.credit;

import java.util.concurrent.TimeUnit;

/**
 * A week, counted from the first of January 1970, UTC. What is forfeited in it goes to its pool.
 *
 * @param number from 0
 */
public record Epoch(long number) {
    private static final long DAYS = 7;

    public static Epoch at(long millis) {
        return new Epoch(Math.floorDiv(millis, TimeUnit.DAYS.toMillis(DAYS)));
    }

    /** Name of the account that holds what was forfeited; no hash looks like it. */
    public String pool() {
        return "pool:" + number;
    }
}
