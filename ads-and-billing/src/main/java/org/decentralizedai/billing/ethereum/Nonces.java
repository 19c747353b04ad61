package org.decentralizedai.billing.ethereum;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Nonces that were given out and not used; each is good once, for five minutes, and until a restart. Thread-safe. */
final class Nonces {
    static final Duration LIFE = Duration.ofMinutes(5);
    private static final int MOST = 100_000;
    private static final int LENGTH = 22; // 131 bits
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final RandomGenerator random;
    private final Cache<String, Boolean> open;

    /** @param random a secure one, outside of tests */
    Nonces(Clock clock, RandomGenerator random) {
        this.random = random;
        open = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(LIFE)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    String next() {
        var nonce = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) nonce.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        open.put(nonce.toString(), true);
        return nonce.toString();
    }

    /** False when it was before, or never was one. */
    boolean use(String nonce) {
        return open.asMap().remove(nonce) != null;
    }
}
