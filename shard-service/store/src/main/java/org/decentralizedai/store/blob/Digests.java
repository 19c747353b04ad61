package org.decentralizedai.store.blob;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.decentralizedai.wire.Sha256;

/** SHA-256 by the JDK. */
public final class Digests {
    private Digests() {}

    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    public static Sha256 of(byte[] content) {
        return Sha256.of(sha256().digest(content));
    }
}
