package org.decentralizedai.billing.key;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The text of a key.
 *
 * <pre> 0         7                         50       56
 *       | sk-dai- | 43 random of [0-9A-Za-z] | CRC-32 | </pre>
 *
 * The prefix and the check, the CRC-32 of all before it in 6 digits to base 62, are there for scanners that look for leaked keys,
 * and tell a typing mistake without asking a database. Printing it shows its beginning only.
 */
public final class ApiKey {
    private static final String PREFIX = "sk-dai-";
    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM = 43; // 256 bits
    private static final int CHECK = 6;
    private static final int HINT = PREFIX.length() + 6;
    private static final Pattern SHAPE = Pattern.compile(PREFIX + "[0-9A-Za-z]{" + (RANDOM + CHECK) + "}");

    private final String text;

    private ApiKey(String text) {
        this.text = text;
    }

    /** @param random a secure one, outside of tests */
    public static ApiKey generate(RandomGenerator random) {
        var text = new StringBuilder(PREFIX);
        for (int i = 0; i < RANDOM; i++) text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        return new ApiKey(text + check(text.toString()));
    }

    /** Empty unless it has a key's shape and its check is right; such a key may still be nobody's. */
    public static Optional<ApiKey> parse(String text) {
        if (!SHAPE.matcher(text).matches()) return Optional.empty();
        int end = text.length() - CHECK;
        return check(text.substring(0, end)).equals(text.substring(end))
                ? Optional.of(new ApiKey(text))
                : Optional.empty();
    }

    private static String check(String text) {
        var crc = new CRC32();
        crc.update(text.getBytes(US_ASCII));
        var digits = new char[CHECK];
        long rest = crc.getValue();
        for (int i = CHECK - 1; i >= 0; i--, rest /= DIGITS.length())
            digits[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
        return new String(digits);
    }

    /** The whole text, to be shown once. */
    public String reveal() {
        return text;
    }

    /** SHA-256 of the text: what is stored. 256 random bits need no slower hash. */
    public String hash() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** How it begins. */
    public String hint() {
        return text.substring(0, HINT);
    }

    @Override
    public String toString() {
        return hint() + "...";
    }
}
