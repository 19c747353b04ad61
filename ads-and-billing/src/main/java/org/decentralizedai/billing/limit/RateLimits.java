package org.decentralizedai.billing.limit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.List;

/**
 * Two buckets for each party, of requests and of tokens, refilled steadily. Kept in memory: a restart fills them. Thread-safe.
 */
public final class RateLimits {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int PARTIES = 100_000;

    private record Buckets(Bucket requests, Bucket tokens) {}

    private final LoadingCache<Party, Buckets> parties;

    /** @param time {@link TimeMeter#SYSTEM_NANOTIME}, outside of tests */
    public RateLimits(TimeMeter time) {
        parties = Caffeine.newBuilder()
                .maximumSize(PARTIES)
                .expireAfterAccess(Duration.ofMinutes(10)) // by then they are full again
                .build(party -> new Buckets(
                        bucket(party.rate().requestsPerMinute(), time),
                        bucket(party.rate().tokensPerMinute(), time)));
    }

    private static Bucket bucket(long perMinute, TimeMeter time) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, MINUTE))
                .withCustomTimePrecision(time)
                .build();
    }

    /**
     * Takes one request and its tokens from all parties, or from none.
     *
     * @param tokens more than a party's minute has count as its whole minute: otherwise such a request could never be made
     */
    public Allowance ask(List<Party> all, long tokens) {
        var sum = ask(all.getFirst(), tokens);
        for (int i = 1; i < all.size(); i++) {
            var next = ask(all.get(i), tokens);
            if (sum.allowed() && !next.allowed())
                for (Party party : all.subList(0, i)) giveBack(party, 1, capped(party, tokens));
            if (!sum.allowed() && next.allowed()) giveBack(all.get(i), 1, capped(all.get(i), tokens));
            sum = sum.and(next);
        }
        return sum;
    }

    private Allowance ask(Party party, long tokens) {
        var buckets = parties.get(party);
        var requests = buckets.requests().tryConsumeAndReturnRemaining(1);
        var probe = buckets.tokens().tryConsumeAndReturnRemaining(capped(party, tokens));
        boolean allowed = requests.isConsumed() && probe.isConsumed();
        if (!allowed && requests.isConsumed()) buckets.requests().addTokens(1);
        if (!allowed && probe.isConsumed()) buckets.tokens().addTokens(capped(party, tokens));
        return new Allowance(
                allowed,
                Duration.ofNanos(Math.max(requests.getNanosToWaitForRefill(), probe.getNanosToWaitForRefill())),
                left(party.rate().requestsPerMinute(), requests),
                left(party.rate().tokensPerMinute(), probe));
    }

    private static Allowance.Left left(long limit, ConsumptionProbe probe) {
        return new Allowance.Left(limit, probe.getRemainingTokens(), Duration.ofNanos(probe.getNanosToWaitForReset()));
    }

    private static long capped(Party party, long tokens) {
        return Math.clamp(tokens, 1, party.rate().tokensPerMinute());
    }

    /** What was taken for this many tokens and not used. */
    public void giveBack(List<Party> all, long taken, long used) {
        for (Party party : all) giveBack(party, 0, capped(party, taken) - used);
    }

    private void giveBack(Party party, long requests, long tokens) {
        var buckets = parties.get(party);
        if (requests > 0) buckets.requests().addTokens(requests);
        if (tokens > 0) buckets.tokens().addTokens(tokens);
    }
}
