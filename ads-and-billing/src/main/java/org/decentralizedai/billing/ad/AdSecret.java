package org.decentralizedai.billing.ad;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jdbi.v3.core.Jdbi;

/** HMAC-SHA-256 by a key that stays in the database, so that what was signed before a restart is good after it. Thread-safe. */
public final class AdSecret {
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] key;

    AdSecret(byte[] key) {
        this.key = key.clone();
    }

    /** Made when it is asked for the first time. */
    public static AdSecret of(Jdbi jdbi, RandomGenerator random) {
        byte[] fresh = new byte[32];
        random.nextBytes(fresh);
        String hex = jdbi.inTransaction(handle -> {
            handle.execute(
                    "insert into ad_secret (id, hex) values (1, ?) on conflict do nothing",
                    HexFormat.of().formatHex(fresh));
            return handle.createQuery("select hex from ad_secret where id = 1")
                    .mapTo(String.class)
                    .one();
        });
        return new AdSecret(HexFormat.of().parseHex(hex));
    }

    /** @param use so that what is signed for one purpose is no good for another */
    byte[] sign(String use, String text) {
        return hmac(hmac(key, use), text);
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
