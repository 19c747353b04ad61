package org.decentralizedai.billing.account;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The secret of one signed-in browser: 256 random bits in base64url. Printing it shows nothing. */
public final class SessionToken {
    private static final int BYTES = 32;
    private static final Pattern SHAPE = Pattern.compile("[0-9A-Za-z_-]{43}");

    private final String text;

    private SessionToken(String text) {
        this.text = text;
    }

    /** @param random a secure one, outside of tests */
    static SessionToken generate(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new SessionToken(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Empty unless it has a token's shape; such a token may still be nobody's. */
    public static Optional<SessionToken> parse(String text) {
        return SHAPE.matcher(text).matches() ? Optional.of(new SessionToken(text)) : Optional.empty();
    }

    /** The whole text, for the cookie. */
    public String reveal() {
        return text;
    }

    /** What is stored. 256 random bits need no slower hash. */
    String hash() {
        return sha256(text);
    }

    /**
     * What a page must say beside the cookie to change something: it can be read by the site's own pages, from the answer about
     * the session, and by no other site. Tells nothing about the token.
     */
    public String csrf() {
        return sha256("csrf:" + text);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "a session's token";
    }
}
