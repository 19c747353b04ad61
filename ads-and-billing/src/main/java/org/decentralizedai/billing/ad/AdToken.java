package org.decentralizedai.billing.ad;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A decision to show an ad to somebody, as the browser gives it back. Written as its fields and a signature, with points between.
 *
 * @param decision random, unique
 * @param source name of the {@link AdSource}
 * @param ad id there
 * @param decidedAtMillis by this server's clock
 * @param visitor {@link #proof} of who got it; another one in each token, so that no two tokens can be told to be of one visitor
 */
record AdToken(String decision, String source, String ad, long decidedAtMillis, String visitor) {
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int LONGEST = 400, FIELDS = 5;
    private static final String USE = "token", PROOF = "visitor of a token";
    private static final int PROOF_BYTES = 12;

    AdToken {
        for (String field : new String[] {decision, source, ad, visitor})
            if (!FIELD.matcher(field).matches()) throw new IllegalArgumentException("no field of a token: " + field);
        if (decidedAtMillis < 0) throw new IllegalArgumentException("time must be >= 0: " + decidedAtMillis);
    }

    /** Says nothing without the secret, and shows with it whether a visitor is the one who got the decision. */
    static String proof(String decision, Visitor visitor, AdSecret secret) {
        byte[] proof = secret.sign(PROOF, decision + "\n" + visitor.network() + "\n" + visitor.browser());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(proof, PROOF_BYTES));
    }

    boolean isOf(Visitor who, AdSecret secret) {
        return visitor.equals(proof(decision, who, secret));
    }

    String signed(AdSecret secret) {
        String text = String.join(".", decision, source, ad, Long.toString(decidedAtMillis), visitor);
        return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(secret.sign(USE, text));
    }

    /** Empty unless it was signed by this secret, to the letter. */
    static Optional<AdToken> read(String signed, AdSecret secret) {
        if (signed.length() > LONGEST) return Optional.empty();
        String[] fields = signed.split("\\.", -1);
        if (fields.length != FIELDS + 1) return Optional.empty();
        try {
            var token = new AdToken(fields[0], fields[1], fields[2], Long.parseLong(fields[3]), fields[4]);
            return MessageDigest.isEqual(bytes(token.signed(secret)), bytes(signed))
                    ? Optional.of(token)
                    : Optional.empty();
        } catch (IllegalArgumentException e) { // another form
            return Optional.empty();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
