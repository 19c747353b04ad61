package org.decentralizedai.billing.ad;

import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;

/**
 * By what a visitor is told from others for one day: HMAC of the day, the network that the address is in and the browser's name of
 * itself. Households and offices whose browsers are alike share one. It tells nothing without the key, means nothing the next day, and
 * is kept in memory only.
 */
public final class VisitorMark {
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final int BYTES = 12;

    private final AdSecret secret;

    public VisitorMark(AdSecret secret) {
        this.secret = secret;
    }

    String of(Visitor visitor, long millis) {
        byte[] mark =
                secret.sign("visitor " + Math.floorDiv(millis, DAY), visitor.network() + "\n" + visitor.browser());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(mark, BYTES));
    }
}
