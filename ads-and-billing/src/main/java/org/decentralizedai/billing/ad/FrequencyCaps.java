package org.decentralizedai.billing.ad;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * How often a visitor, or all visitors of a network, have seen a campaign today. In memory: a restart forgets it, and so does the end of the
 * day, since marks change then. Thread-safe.
 */
final class FrequencyCaps {
    private static final int MOST = 200_000;

    private record Seen(String campaign, String visitor) {}

    private final Cache<Seen, Integer> seen = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(Duration.ofDays(1))
            .build();

    boolean admits(String campaign, String visitor, int cap) {
        Integer times = seen.getIfPresent(new Seen(campaign, visitor));
        return times == null || times < cap;
    }

    /** Takes one of the visitor's times, unless all are taken. */
    boolean take(String campaign, String visitor, int cap) {
        var key = new Seen(campaign, visitor);
        boolean[] taken = {false};
        seen.asMap().compute(key, (_, times) -> {
            int before = times == null ? 0 : times;
            taken[0] = before < cap;
            return taken[0] ? before + 1 : before;
        });
        return taken[0];
    }

    /** For a view that was not counted after all. */
    void giveBack(String campaign, String visitor) {
        seen.asMap().computeIfPresent(new Seen(campaign, visitor), (_, times) -> times <= 1 ? null : times - 1);
    }
}
