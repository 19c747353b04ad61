package org.decentralizedai.worker;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.decentralizedai.wire.Sha256;

enum JvmDigest implements Digest {
    INSTANCE;

    @Override
    public Sha256 sha256(byte[] bytes) {
        try {
            return Sha256.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
