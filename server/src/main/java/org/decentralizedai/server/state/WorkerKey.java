package org.decentralizedai.server.state;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.decentralizedai.store.blob.Digests;

/**
 * The secret by which a worker is known. Whoever can say it is its holder; the server keeps and shows only its {@link #id}.
 */
public final class WorkerKey {
    private static final int ID_DIGITS = 32; // 64 bits would be searched through once credits are worth it

    private WorkerKey() {}

    /** 32 hex digits: the beginning of the key's SHA-256. */
    public static String id(String key) {
        return Digests.of(key.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII))
                .hex()
                .substring(0, ID_DIGITS);
    }

    /** Whether this can be a key: 32 hex digits. */
    public static boolean isKey(String text) {
        return text.length() == 32 && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
    }
}
