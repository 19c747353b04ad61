package org.decentralizedai.billing.limit;

import java.time.Duration;

/**
 * What a party may still ask.
 *
 * @param allowed whether it may ask now
 * @param patience when not: after which time it may
 */
public record Allowance(boolean allowed, Duration patience, Left requests, Left tokens) {
    /**
     * @param limit of a minute
     * @param reset after which all of it is there again
     */
    public record Left(long limit, long remaining, Duration reset) {
        Left tighter(Left other) {
            return other.remaining < remaining || other.remaining == remaining && other.limit < limit ? other : this;
        }
    }

    Allowance and(Allowance other) {
        return new Allowance(
                allowed && other.allowed,
                patience.compareTo(other.patience) >= 0 ? patience : other.patience,
                requests.tighter(other.requests),
                tokens.tighter(other.tokens));
    }
}
