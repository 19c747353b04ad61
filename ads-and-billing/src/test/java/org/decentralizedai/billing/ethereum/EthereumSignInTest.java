package org.decentralizedai.billing.ethereum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.ethereum.Refusal.Reason;
import org.junit.jupiter.api.Test;

class EthereumSignInTest {
    private static final String SITE = "https://train.example";
    private static final List<String> ORIGINS = List.of(SITE);
    private static final TestWallet ADA = new TestWallet(1), BOB = new TestWallet(2);

    private final MutableClock clock = new MutableClock();
    private final EthereumSignIn signIn =
            new EthereumSignIn(List.of(new Chain(1, "Ethereum", null)), clock, new Random(1));

    private String message() {
        return signIn.message(SITE, ADA.address().toLowerCase(Locale.ROOT), 1).text();
    }

    private Wallet verify(String text) {
        return signIn.verify(text, ADA.sign(text), ORIGINS);
    }

    private static void refused(Reason reason, ThrowingCallable call) {
        assertThat(catchThrowableOfType(Refusal.class, call))
                .as("refused because of " + reason)
                .isNotNull()
                .extracting(Refusal::reason)
                .isEqualTo(reason);
    }

    @Test
    void signed_isTheWalletsOnAnyChain() {
        assertThat(verify(message())).isEqualTo(new Wallet(ADA.address(), Wallet.ANY));
    }

    @Test
    void replayed_isRefused() {
        String text = message(), signature = ADA.sign(text);
        signIn.verify(text, signature, ORIGINS);
        refused(Reason.WRONG_NONCE, () -> signIn.verify(text, signature, ORIGINS));
    }

    @Test
    void nonceOfSomebodyElse_isUsedUpByATry() {
        String text = message();
        refused(Reason.WRONG_SIGNATURE, () -> signIn.verify(text, BOB.sign(text), ORIGINS));
        refused(Reason.WRONG_NONCE, () -> verify(text));
    }

    @Test
    void madeUpNonce_isRefused() {
        String text = message().replaceFirst("Nonce: .*", "Nonce: 0123456789abcdefABCDEF");
        refused(Reason.WRONG_NONCE, () -> verify(text));
    }

    @Test
    void otherSites_areRefused() {
        for (String other : new String[] {
            "https://evil.example",
            "http://train.example",
            "https://train.example:444",
            "https://train.example.evil.example"
        }) {
            String text = signIn.message(other, ADA.address(), 1).text();
            refused(Reason.WRONG_SITE, () -> verify(text));
        }
        String domain = message().replaceFirst("//train.example wants", "//evil.example wants");
        refused(Reason.WRONG_SITE, () -> verify(domain));
        String uri = message().replaceFirst("URI: https://train.example", "URI: https://evil.example");
        refused(Reason.WRONG_SITE, () -> verify(uri));
        String scheme = message().replaceFirst("^https", "http");
        refused(Reason.WRONG_SITE, () -> verify(scheme));
        String prefix =
                signIn.message("http://localhost:80801", ADA.address(), 1).text();
        refused(Reason.WRONG_SITE, () -> signIn.verify(prefix, ADA.sign(prefix), List.of("http://localhost:8080")));
    }

    @Test
    void pathOfTheSite_isTheSite() {
        assertThat(verify(message().replaceFirst("(URI: \\S+)", "$1/sign-in/")).address())
                .isEqualToIgnoringCase(ADA.address());
    }

    @Test
    void otherChain_isRefusedWithTheRightOnesName() {
        refused(Reason.WRONG_CHAIN, () -> signIn.message(SITE, ADA.address(), 137));
        String text = message().replace("Chain ID: 1", "Chain ID: 137");
        refused(Reason.WRONG_CHAIN, () -> verify(text));
    }

    @Test
    void times_areKept() {
        String late = message();
        clock.advance(Duration.ofMinutes(5));
        refused(Reason.WRONG_TIME, () -> verify(late));
        String withoutEnd = message().replaceFirst("\nExpiration Time: .*", "");
        clock.advance(Duration.ofMinutes(5));
        refused(Reason.WRONG_NONCE, () -> verify(withoutEnd));
        String early = message() + "\nNot Before: " + Instant.ofEpochMilli(clock.millis() + 60_000);
        refused(Reason.WRONG_TIME, () -> verify(early));
        String future =
                message().replaceFirst("Issued At: .*", "Issued At: " + Instant.ofEpochMilli(clock.millis() + 61_000));
        refused(Reason.WRONG_TIME, () -> verify(future));
        String old = message().replaceFirst("Issued At: .*", "Issued At: 1969-01-01T00:00:00Z");
        refused(Reason.WRONG_TIME, () -> verify(old));
    }

    @Test
    void tamperedSignatures_areRefused() {
        String first = ADA.sign(message());
        for (String wrong : new String[] {
            TestWallet.highS(first),
            first.substring(0, 130) + "1f",
            "0x" + "00".repeat(65),
            "0x" + "ff".repeat(65),
            "0x" + "00".repeat(64) + "1b",
            first.substring(0, 130),
            first + "00",
            "0x"
        }) {
            String text = message();
            refused(Reason.WRONG_SIGNATURE, () -> signIn.verify(text, wrong, ORIGINS));
        }
        for (int i = 2; i < 132; i += 7) {
            String text = message(), good = ADA.sign(text);
            String bad = good.substring(0, i) + (good.charAt(i) == '0' ? '1' : '0') + good.substring(i + 1);
            refused(Reason.WRONG_SIGNATURE, () -> signIn.verify(text, bad, ORIGINS));
        }
        for (String shapeless : new String[] {"", "0x0", "0xzz", "zz", "0x" + "0".repeat(20_000)})
            refused(Reason.BAD_MESSAGE, () -> signIn.verify(message(), shapeless, ORIGINS));
    }

    @Test
    void highS_ofTheSameMessage_isRefused() {
        String text = message();
        refused(Reason.WRONG_SIGNATURE, () -> signIn.verify(text, TestWallet.highS(ADA.sign(text)), ORIGINS));
    }

    @Test
    void anotherText_isRefused() {
        String text = message(), signature = ADA.sign(text);
        String other = text.replace("This costs nothing", "This costs all");
        refused(Reason.WRONG_SIGNATURE, () -> signIn.verify(other, signature, ORIGINS));
        refused(Reason.BAD_MESSAGE, () -> verify(message() + "\n"));
        refused(Reason.BAD_MESSAGE, () -> signIn.message(SITE, "0x12", 1));
    }

    @Test
    void recoveryId_isAlsoZeroOrOne() {
        String text = message(), signature = ADA.sign(text);
        String id = signature.endsWith("1b") ? "00" : "01";
        assertThat(signIn.verify(text, signature.substring(0, 130) + id, ORIGINS)
                        .address())
                .isEqualToIgnoringCase(ADA.address());
    }

    @Test
    void secretOfANode_isNotPrinted() {
        assertThat(new Chain(1, "Ethereum", URI.create("https://node.example/secret")).toString())
                .doesNotContain("secret");
    }
}
