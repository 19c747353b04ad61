package org.decentralizedai.server.verify;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.decentralizedai.wire.Lease;

/**
 * Draws which updates are audited, by a secret and the lease alone: nothing that a worker sees or chooses before its update is
 * accepted says whether it will be. Thread-safe.
 */
public final class Lot {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec secret;

    private Lot(byte[] secret) {
        this.secret = new SecretKeySpec(secret, ALGORITHM);
    }

    /** With a secret that nobody knows. */
    public static Lot secret() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return new Lot(secret);
    }

    /** For simulations and tests. */
    public static Lot of(long seed) {
        return new Lot(ByteBuffer.allocate(Long.BYTES).putLong(seed).array());
    }

    /** True with this probability. */
    public boolean draws(Lease lease, double probability) {
        return draws(lease, "", probability);
    }

    /** The same for another question about that lease, whatever the answer to the first. */
    public boolean draws(Lease lease, String question, double probability) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            mac.update(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(lease.taskId())
                    .putLong(lease.fence())
                    .flip());
            mac.update(question.getBytes(StandardCharsets.UTF_8));
            long bits = ByteBuffer.wrap(mac.doFinal()).getLong() >>> 11;
            return bits * 0x1p-53 < probability;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
