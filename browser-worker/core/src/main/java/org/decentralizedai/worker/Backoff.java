package org.decentralizedai.worker;

import org.decentralizedai.model.SplitMix64;

/** Waiting times that double from half a second to half a minute, spread at random so that a crowd does not return at once. */
final class Backoff {
    private static final double FIRST_MILLIS = 500, GREATEST_MILLIS = 30_000;

    private final SplitMix64 random;

    Backoff(long seed) {
        random = new SplitMix64(seed);
    }

    /** @param failures in a row, at least 1 */
    double millis(int failures) {
        double full = Math.min(GREATEST_MILLIS, FIRST_MILLIS * Math.pow(2, failures - 1));
        return full * (0.5 + 0.5 * random.nextDouble());
    }
}
