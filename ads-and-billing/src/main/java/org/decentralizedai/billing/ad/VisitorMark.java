package org.decentralizedai.billing.ad;

import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * By what visitors, and their networks, are told from others for one day: HMAC of the network that the address is in, and for a visitor of the
 * browser's name of itself, too. Households and offices whose browsers are alike share one. The key is drawn anew each day and after each
 * start, is in memory only, and nothing of a mark leaves this server. Thread-safe.
 */
final class VisitorMark {
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final int BYTES = 12, KEY_BYTES = 32;

    /** @param number days since 1970, UTC */
    private record Day(long number, AdSecret secret) {}

    /**
     * @param visitor of the network and the browser
     * @param network of all visitors in it
     */
    record Marks(String visitor, String network) {}

    private final RandomGenerator random;
    private Day day;

    VisitorMark(RandomGenerator random) {
        this.random = random;
        day = new Day(Long.MIN_VALUE, drawn());
    }

    private AdSecret drawn() {
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        return new AdSecret(key);
    }

    Marks of(Visitor visitor, long nowMillis) {
        var secret = today(Math.floorDiv(nowMillis, DAY)).secret();
        return new Marks(
                mark(secret, "visitor", visitor.network() + "\n" + visitor.browser()),
                mark(secret, "network", visitor.network()));
    }

    private synchronized Day today(long number) {
        if (day.number() != number) day = new Day(number, drawn());
        return day;
    }

    private static String mark(AdSecret secret, String use, String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(secret.sign(use, text), BYTES));
    }
}
