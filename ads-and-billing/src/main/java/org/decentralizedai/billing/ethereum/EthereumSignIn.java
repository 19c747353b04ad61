package org.decentralizedai.billing.ethereum;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.decentralizedai.billing.ethereum.Refusal.Reason;
import org.web3j.crypto.Keys;

/**
 * Gives out messages to sign and says whose wallet has signed one. The checks, in this order: form, site, chain, time, nonce (used
 * up from here on), signature. Thread-safe.
 */
public final class EthereumSignIn {
    private static final Duration SKEW = Duration.ofMinutes(1); // of a visitor's clock
    private static final int LONGEST_SIGNATURE = 8192; // bytes; smart wallets put several into one
    private static final String STATEMENT = "Sign in. This costs nothing and sends no transaction.";

    private final List<Chain> chains;
    private final Clock clock;
    private final Nonces nonces;
    private final SmartWallets smartWallets = new SmartWallets();

    /** @param random a secure one, outside of tests */
    public EthereumSignIn(List<Chain> chains, Clock clock, RandomGenerator random) {
        this.chains = List.copyOf(chains);
        this.clock = clock;
        nonces = new Nonces(clock, random);
    }

    /**
     * What a wallet is to sign.
     *
     * @param origin of the page, such as https://train.example
     * @param address in any case
     */
    public SignInMessage message(String origin, String address, long chainId) {
        if (!address.matches("0x[0-9a-fA-F]{40}"))
            throw new Refusal(Reason.BAD_MESSAGE, "an address is 0x and 40 hexadecimal digits");
        chain(chainId);
        Instant now = Instant.ofEpochMilli(clock.millis());
        var uri = URI.create(origin);
        return new SignInMessage(
                uri.getScheme(),
                uri.getAuthority(),
                Keys.toChecksumAddress(address),
                STATEMENT,
                uri,
                chainId,
                nonces.next(),
                now,
                now.plus(Nonces.LIFE),
                null,
                null,
                List.of());
    }

    /**
     * Whose wallet has signed.
     *
     * @param origins of the site's own pages
     * @param signature 0x and hexadecimal digits
     * @throws Refusal otherwise
     */
    public Wallet verify(String text, String signature, List<String> origins) {
        var message = parsed(text);
        byte[] bytes = bytes(signature);
        checkSite(message, origins);
        var chain = chain(message.chainId());
        checkTime(message, Instant.ofEpochMilli(clock.millis()));
        if (!nonces.use(message.nonce()))
            throw new Refusal(Reason.WRONG_NONCE, "this sign-in was used before, or is too old: try again");
        if (KeySignature.signer(text, bytes)
                .filter(message.address()::equalsIgnoreCase)
                .isPresent()) return new Wallet(message.address(), Wallet.ANY);
        if (chain.rpc() != null && smartWallets.valid(chain.rpc(), message.address(), text, bytes))
            return new Wallet(message.address(), chain.id());
        throw new Refusal(Reason.WRONG_SIGNATURE, "the signature is not that of " + message.address());
    }

    private static SignInMessage parsed(String text) {
        try {
            return SignInMessage.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Reason.BAD_MESSAGE, String.valueOf(e.getMessage()));
        }
    }

    private static byte[] bytes(String signature) {
        try {
            if (signature.startsWith("0x") && signature.length() <= 2 + 2 * LONGEST_SIGNATURE)
                return HexFormat.of().parseHex(signature, 2, signature.length());
        } catch (IllegalArgumentException e) { // said below
        }
        throw new Refusal(Reason.BAD_MESSAGE, "a signature is 0x and an even number of hexadecimal digits");
    }

    /** The whole origin is compared: http://a:1 is the beginning of http://a:10. */
    private static void checkSite(SignInMessage message, List<String> origins) {
        var uri = message.uri();
        String authority = String.valueOf(uri.getAuthority()).toLowerCase(Locale.ROOT);
        String origin = uri.getScheme().toLowerCase(Locale.ROOT) + "://" + authority;
        String scheme = message.scheme();
        if (!origins.contains(origin)
                || !message.domain().equalsIgnoreCase(authority)
                || (scheme != null && !scheme.equalsIgnoreCase(uri.getScheme())))
            throw new Refusal(Reason.WRONG_SITE, "what was signed is for another site: " + message.domain());
    }

    private Chain chain(long id) {
        return chains.stream()
                .filter(chain -> chain.id() == id)
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        Reason.WRONG_CHAIN,
                        "your wallet is on chain " + id + ": switch it to "
                                + chains.stream().map(Chain::toString).collect(Collectors.joining(" or "))
                                + ", and try again"));
    }

    private static void checkTime(SignInMessage message, Instant now) {
        Instant expires = message.expirationTime(), begins = message.notBefore();
        boolean good = !message.issuedAt().isAfter(now.plus(SKEW))
                && message.issuedAt().isAfter(now.minus(Nonces.LIFE).minus(SKEW))
                && (expires == null || expires.isAfter(now))
                && (begins == null || !begins.isAfter(now));
        if (!good) throw new Refusal(Reason.WRONG_TIME, "this sign-in has expired, or is not valid yet: try again");
    }
}
