package org.decentralizedai.wire;

/** A content hash, as 64 lower-case hex digits. */
public record Sha256(String hex) {
    public static final int BYTES = 32;

    public Sha256 {
        if (!isHex(hex)) throw new IllegalArgumentException("sha256 must be 64 lower-case hex digits: hex=" + hex);
    }

    public static boolean isHex(String text) {
        if (text.length() != 2 * BYTES) return false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) return false;
        }
        return true;
    }

    public static Sha256 of(byte[] digest) {
        if (digest.length != BYTES) throw new IllegalArgumentException("digest must have 32 bytes: " + digest.length);
        var hex = new StringBuilder();
        for (byte b : digest) {
            hex.append(Character.forDigit(b >> 4 & 15, 16));
            hex.append(Character.forDigit(b & 15, 16));
        }
        return new Sha256(hex.toString());
    }

    public byte[] bytes() {
        byte[] digest = new byte[BYTES];
        for (int i = 0; i < BYTES; i++)
            digest[i] =
                    (byte) (Character.digit(hex.charAt(2 * i), 16) << 4 | Character.digit(hex.charAt(2 * i + 1), 16));
        return digest;
    }

    @Override
    public String toString() {
        return hex;
    }
}
