package org.decentralizedai.billing.ad;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;

/** Lets whoever has it see one picture that is not approved yet: the operator, whose browser is signed in to nothing. Good for a day. Thread-safe. */
public final class PicturePass {
    private static final Duration LIFE = Duration.ofDays(1);
    private static final String USE = "picture";

    private final AdSecret secret;
    private final Clock clock;

    public PicturePass(AdSecret secret, Clock clock) {
        this.secret = secret;
        this.clock = clock;
    }

    /** Until when it is good, a point, and a signature. */
    public String of(String hash) {
        return of(hash, clock.millis() + LIFE.toMillis());
    }

    private String of(String hash, long until) {
        return until + "." + HexFormat.of().formatHex(secret.sign(USE, hash + " " + until));
    }

    public boolean isGood(String pass, String hash) {
        int point = pass.indexOf('.');
        if (point <= 0) return false;
        try {
            long until = Long.parseLong(pass.substring(0, point));
            return clock.millis() <= until && MessageDigest.isEqual(bytes(of(hash, until)), bytes(pass));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
