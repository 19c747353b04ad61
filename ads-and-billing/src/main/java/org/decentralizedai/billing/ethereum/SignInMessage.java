package org.decentralizedai.billing.ethereum;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Keys;

/**
 * The message of EIP-4361, version 1: parsed by its grammar, letter by letter, since another reading than the wallet's would let
 * a site show one thing and get another signed.
 *
 * @param scheme null: not said
 * @param address with the letters of EIP-55, checked
 * @param statement null: none
 * @param requestId null: none
 */
public record SignInMessage(
        @Nullable String scheme,
        String domain,
        String address,
        @Nullable String statement,
        URI uri,
        long chainId,
        String nonce,
        Instant issuedAt,
        @Nullable Instant expirationTime,
        @Nullable Instant notBefore,
        @Nullable String requestId,
        List<String> resources) {
    private static final int LONGEST = 4096;
    private static final String GREETING = " wants you to sign in with your Ethereum account:";
    private static final Pattern LETTERS = Pattern.compile("[\\x20-\\x7e\\n]*");
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");
    private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9._~%!$&'()*+,;=:\\[\\]-]+");
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9A-Fa-f]{40}");
    private static final Pattern CHAIN = Pattern.compile("[1-9][0-9]{0,17}");
    private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9]{8,64}");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._~%!$&'()*+,;=:@-]*");
    private static final Pattern STATEMENT = Pattern.compile("[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;= -]+");
    private static final Pattern TIME = Pattern.compile( // RFC 3339, which java.time reads more freely
            "\\d{4}-\\d{2}-\\d{2}[Tt]\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?([Zz]|[+-]\\d{2}:\\d{2})");

    public SignInMessage {
        resources = List.copyOf(resources);
    }

    /** Reads line after line. */
    private static final class Lines {
        private final List<String> lines;
        private int next;

        Lines(String text) {
            lines = List.of(text.split("\n", -1));
        }

        String next() {
            if (next == lines.size()) throw wrong("it ends too early");
            return lines.get(next++);
        }

        boolean isNext(String beginning) {
            return next < lines.size() && lines.get(next).startsWith(beginning);
        }

        String field(String name) {
            if (!isNext(name)) throw wrong("“" + name.strip() + "” is missing");
            return next().substring(name.length());
        }

        @Nullable
        String optional(String name) {
            return isNext(name) ? field(name) : null;
        }

        void blank() {
            if (!next().isEmpty()) throw wrong("a line that must be empty is not");
        }

        boolean end() {
            return next == lines.size();
        }
    }

    /** @throws IllegalArgumentException with a sentence, unless it is a message by the letter */
    public static SignInMessage parse(String text) {
        if (text.length() > LONGEST) throw wrong("it has more than " + LONGEST + " characters");
        if (!LETTERS.matcher(text).matches()) throw wrong("it has other characters than printable ASCII");
        var lines = new Lines(text);
        String greeting = lines.next();
        if (!greeting.endsWith(GREETING)) throw wrong("it does not begin as one");
        String site = greeting.substring(0, greeting.length() - GREETING.length());
        int mark = site.indexOf("://");
        String scheme = mark < 0 ? null : matching(SCHEME, site.substring(0, mark), "scheme");
        String domain = matching(DOMAIN, mark < 0 ? site : site.substring(mark + 3), "domain");
        String address = address(lines.next());
        lines.blank();
        String statement = statement(lines);
        URI uri = uri(lines.field("URI: "));
        if (!lines.field("Version: ").equals("1")) throw wrong("its version is not 1");
        long chain = Long.parseLong(matching(CHAIN, lines.field("Chain ID: "), "chain id"));
        String nonce = matching(NONCE, lines.field("Nonce: "), "nonce");
        Instant issued = time(lines.field("Issued At: "));
        String expires = lines.optional("Expiration Time: ");
        String begins = lines.optional("Not Before: ");
        String request = lines.optional("Request ID: ");
        var resources = resources(lines);
        if (!lines.end()) throw wrong("something follows that has no place there");
        return new SignInMessage(
                scheme,
                domain,
                address,
                statement,
                uri,
                chain,
                nonce,
                issued,
                expires == null ? null : time(expires),
                begins == null ? null : time(begins),
                request == null ? null : matching(REQUEST_ID, request, "request id"),
                resources);
    }

    /** An empty line, or the statement and an empty line. */
    private static @Nullable String statement(Lines lines) {
        String line = lines.next();
        if (line.isEmpty()) return null;
        lines.blank();
        return matching(STATEMENT, line, "statement");
    }

    private static List<String> resources(Lines lines) {
        var resources = new ArrayList<String>();
        if (!lines.isNext("Resources:")) return resources;
        if (!lines.field("Resources:").isEmpty()) throw wrong("“Resources:” must stand alone");
        while (lines.isNext("- ")) resources.add(uri(lines.field("- ")).toString());
        return resources;
    }

    private static String matching(Pattern pattern, String text, String what) {
        if (!pattern.matcher(text).matches()) throw wrong("its " + what + " is wrong");
        return text;
    }

    private static String address(String text) {
        matching(ADDRESS, text, "address");
        if (!Keys.toChecksumAddress(text).equals(text)) throw wrong("its address is not written as EIP-55 says");
        return text;
    }

    private static URI uri(String text) {
        try {
            var uri = new URI(text);
            if (uri.isAbsolute()) return uri;
        } catch (URISyntaxException e) { // said below
        }
        throw wrong("a URI in it is wrong");
    }

    private static Instant time(String text) {
        matching(TIME, text, "time");
        try {
            return OffsetDateTime.parse(text.toUpperCase(Locale.ROOT)).toInstant();
        } catch (DateTimeException e) {
            throw wrong("its time is wrong");
        }
    }

    private static IllegalArgumentException wrong(String why) {
        return new IllegalArgumentException("this is no message of EIP-4361: " + why);
    }

    /** As it is signed; {@link #parse} reads it back. */
    public String text() {
        var text = new StringBuilder();
        if (scheme != null) text.append(scheme).append("://");
        text.append(domain).append(GREETING).append('\n').append(address).append("\n\n");
        if (statement != null) text.append(statement).append('\n');
        text.append("\nURI: ").append(uri).append("\nVersion: 1\nChain ID: ").append(chainId);
        text.append("\nNonce: ").append(nonce).append("\nIssued At: ").append(issuedAt);
        if (expirationTime != null) text.append("\nExpiration Time: ").append(expirationTime);
        if (notBefore != null) text.append("\nNot Before: ").append(notBefore);
        if (requestId != null) text.append("\nRequest ID: ").append(requestId);
        if (!resources.isEmpty()) text.append("\nResources:");
        for (String resource : resources) text.append("\n- ").append(resource);
        return text.toString();
    }
}
