package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.ledger.Postings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing in by wallet over HTTP, what is refused, and what an account's holder may do. */
class SignInHttpTest {
    private static final String SITE = "https://train.example";
    private static final TestSigner ADA = new TestSigner(1), BOB = new TestSigner(2);

    @TempDir
    static Path folder;

    private static Settings settings;
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        settings = SettingsFile.with(
                TestRun.settings(folder, 2), Map.of("publicUrl", SITE, "trustedProxies", List.of("127.0.0.1")));
        server = new Server(settings);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Visitor visitor() {
        return new Visitor(server.url(), SITE);
    }

    @Test
    void wallet_opensTheSameAccountEachTime() throws Exception {
        var visitor = visitor();
        String account = visitor.signIn(new TestSigner(10));
        assertThat(account).startsWith("acct_");
        assertThat(visitor().signIn(new TestSigner(10))).isEqualTo(account);
        assertThat(visitor().signIn(new TestSigner(11))).isNotEqualTo(account);
        assertThat(visitor.done("GET", "/api/me", Map.of())
                        .at("/wallets/0/wallet/address")
                        .stringValue())
                .isEqualToIgnoringCase(new TestSigner(10).address());
    }

    @Test
    void cookie_isOutOfReach() throws Exception {
        String message = visitor().message(ADA);
        var answer = visitor().signIn(message, ADA.sign(message));
        assertThat(answer.headers().firstValue("set-cookie").orElseThrow())
                .startsWith("__Host-session=")
                .contains("; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure", "; Max-Age=2592000")
                .doesNotContain("Domain");
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
    }

    @Test
    void signingIn_again_endsTheSessionBefore() throws Exception {
        var visitor = visitor();
        visitor.signIn(ADA);
        var before = visitor();
        before.cookie = visitor.cookie;
        visitor.signIn(ADA);
        assertThat(before.session().get("signedIn").booleanValue()).isFalse();
        assertThat(visitor.session().get("signedIn").booleanValue()).isTrue();
    }

    @Test
    void wrongSignIns_openNothing() throws Exception {
        var visitor = visitor();
        String message = visitor.message(ADA), signature = ADA.sign(message);
        String elsewhere = message.replace("train.example", "evil.example");
        assertThat(visitor.signIn(elsewhere, ADA.sign(elsewhere)).statusCode()).isEqualTo(401);
        String otherChain = message.replace("Chain ID: 1", "Chain ID: 5");
        assertThat(visitor.signIn(otherChain, ADA.sign(otherChain)).body()).contains("switch it to Ethereum (1)");
        assertThat(visitor.signIn("hello", signature).statusCode()).isEqualTo(400);
        assertThat(visitor.signIn(message, "0x12").statusCode()).isEqualTo(401); // uses the nonce up
        assertThat(visitor.signIn(message, signature).statusCode()).isEqualTo(401);
        String second = visitor.message(ADA);
        assertThat(visitor.signIn(second, BOB.sign(second)).statusCode()).isEqualTo(401);
        assertThat(visitor.cookie).isEmpty();
        String third = visitor.message(ADA), good = ADA.sign(third);
        assertThat(visitor.signIn(third, good).statusCode()).isEqualTo(200);
        assertThat(visitor().signIn(third, good).body()).contains("used before");
    }

    @Test
    void otherSitesPages_openNothing() throws Exception {
        String message = visitor().message(ADA);
        for (String origin : new String[] {"https://evil.example", "null", server.url()}) {
            var evil = new Visitor(server.url(), origin);
            assertThat(evil.signIn(message, ADA.sign(message)).statusCode())
                    .as(origin)
                    .isEqualTo(403);
            assertThat(evil.send(
                                    "POST",
                                    "/api/sign-in/ethereum/message",
                                    Map.of("address", ADA.address(), "chainId", 1))
                            .statusCode())
                    .as(origin)
                    .isEqualTo(403);
            assertThat(evil.send("POST", "/api/sign-in/passkey/options", Map.of())
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void wrongBodies_areRefused() throws Exception {
        for (String path : new String[] {
            "/api/sign-in/ethereum/message",
            "/api/sign-in/ethereum",
            "/api/sign-in/passkey",
            "/api/sign-up/passkey/options",
            "/api/sign-up/passkey"
        }) {
            assertThat(visitor().send("POST", path, Map.of()).statusCode())
                    .as(path)
                    .isEqualTo(400);
            assertThat(visitor()
                            .send("POST", path, Map.of("message", 1, "address", true))
                            .statusCode())
                    .as(path)
                    .isEqualTo(400);
        }
        var credential = Map.of("id", "x", "name", "Ada", "credential", Map.of("id", "AA"));
        assertThat(visitor().send("POST", "/api/sign-in/passkey", credential).statusCode())
                .isEqualTo(401);
        assertThat(visitor().send("POST", "/api/sign-up/passkey", credential).statusCode())
                .isEqualTo(401);
        for (String path : new String[] {"/api/sign-in/passkey", "/api/sign-up/passkey"}) {
            String id = visitor()
                    .done("POST", path + "/options", Map.of("name", "Ada"))
                    .get("id")
                    .stringValue();
            for (Object wrong : new Object[] {Map.of(), Map.of("id", "AA", "type", "public-key", "response", Map.of())})
                assertThat(visitor()
                                .send("POST", path, Map.of("id", id, "name", "Ada", "credential", wrong))
                                .statusCode())
                        .isEqualTo(401);
        }
    }

    @Test
    void tries_areLimitedByAddress() throws Exception {
        var visitor = visitor();
        int last = 0;
        for (int i = 0; i <= settings.signIn().triesPerMinute() && last != 429; i++)
            last = visitor.send("POST", "/api/sign-in/passkey/options", Map.of(), "X-Forwarded-For", "203.0.113.9")
                    .statusCode();
        var refused = visitor.send("POST", "/api/sign-in/passkey/options", Map.of(), "X-Forwarded-For", "203.0.113.9");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        assertThat(visitor.send("POST", "/api/sign-in/passkey/options", Map.of(), "X-Forwarded-For", "203.0.113.10")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void secondWallet_opensTheSameAccount_untilItIsRemoved() throws Exception {
        var visitor = visitor();
        TestSigner first = new TestSigner(20), second = new TestSigner(21);
        String account = visitor.signIn(first);
        String message = visitor.message(second);
        visitor.done("POST", "/api/me/wallets", Map.of("message", message, "signature", second.sign(message)));
        assertThat(visitor().signIn(second)).isEqualTo(account);
        assertThat(visitor.send("DELETE", "/api/me/wallets/" + first.address() + "/0", Map.of())
                        .statusCode())
                .isEqualTo(200);
        assertThat(visitor.send("DELETE", "/api/me/wallets/" + second.address() + "/0", Map.of())
                        .body())
                .contains("only way");
        assertThat(visitor().signIn(first)).isNotEqualTo(account);
        String taken = visitor.message(first);
        assertThat(visitor.send("POST", "/api/me/wallets", Map.of("message", taken, "signature", first.sign(taken)))
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void withoutCsrf_nothingChanges() throws Exception {
        var visitor = visitor();
        visitor.signIn(new TestSigner(30));
        visitor.csrf = "";
        String[][] changes = {
            {"DELETE", "/api/me"}, {"POST", "/api/me/wallets"}, {"POST", "/api/me/passkeys"},
            {"POST", "/api/me/passkeys/options"}, {"DELETE", "/api/me/passkeys/x"}, {"POST", "/api/me/credit-keys"},
            {"DELETE", "/api/me/credit-keys/x"}, {"DELETE", "/api/me/wallets/0x/0"}, {"DELETE", "/api/sessions"}
        };
        for (String[] change : changes)
            assertThat(visitor.send(change[0], change[1], Map.of("key", "x")).statusCode())
                    .as(change[1])
                    .isEqualTo(403);
        assertThat(visitor().send("GET", "/api/me", Map.of()).statusCode()).isEqualTo(401);
        assertThat(visitor().send("GET", "/api/me/export", Map.of()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void export_hasAllButSecrets() throws Exception {
        var visitor = visitor();
        String account = visitor.signIn(new TestSigner(40));
        var key = server.billing().keys().create(account, KeyTerms.named("laptop"));
        server.billing().grant("g-" + account, account, BigInteger.TEN, "a gift");
        var answer = visitor.send("GET", "/api/me/export", Map.of());
        assertThat(answer.headers().firstValue("content-disposition").orElseThrow())
                .contains(account + ".json");
        assertThat(answer.body())
                .contains(
                        account,
                        "laptop",
                        "a gift",
                        new TestSigner(40).address().toLowerCase(Locale.ROOT))
                .doesNotContain(key.text().reveal())
                .doesNotContain(visitor.cookie.substring(visitor.cookie.indexOf('=') + 1));
        var all = Visitor.JSON.readTree(answer.body());
        assertThat(all.at("/account/browsers")).hasSize(1);
        assertThat(all.at("/purses").isArray()).isTrue();
        assertThat(all.at("/note").stringValue()).contains("of deposits, wei");
    }

    @Test
    void export_manyBookings_hasEachOnce_andIsSlowedDown() throws Exception {
        var visitor = visitor();
        String account = visitor.signIn(new TestSigner(41));
        int grants = 501; // two pages and one more
        for (int i = 0; i < grants; i++)
            server.billing().ledger().post(Postings.grant("m" + i + account, account, BigInteger.TWO, "gift " + i));
        var books = visitor.done("GET", "/api/me/export", Map.of()).path("books");
        assertThat(books).hasSize(1);
        var numbers = books.get(0)
                .get("bookings")
                .valueStream()
                .map(booking -> booking.get("number").longValue())
                .toList();
        assertThat(numbers)
                .isEqualTo(LongStream.rangeClosed(1, grants)
                        .map(i -> grants + 1 - i)
                        .boxed()
                        .toList());
        visitor.done("GET", "/api/me/export", Map.of());
        var refused = visitor.send("GET", "/api/me/export", Map.of());
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
    }

    @Test
    void removingAWayIn_endsTheOtherSessions_butNotThisOne() throws Exception {
        var visitor = visitor();
        TestSigner lost = new TestSigner(22), kept = new TestSigner(23);
        visitor.signIn(lost);
        String message = visitor.message(kept);
        visitor.done("POST", "/api/me/wallets", Map.of("message", message, "signature", kept.sign(message)));
        var thief = visitor();
        thief.signIn(lost);
        visitor.done("DELETE", "/api/me/wallets/" + lost.address() + "/0", Map.of());
        assertThat(thief.session().get("signedIn").booleanValue()).isFalse();
        assertThat(visitor.session().get("signedIn").booleanValue()).isTrue();
    }

    @Test
    void deleted_leadsToNobody_butBookingsStay() throws Exception {
        var visitor = visitor();
        var wallet = new TestSigner(50);
        String account = visitor.signIn(wallet);
        var other = visitor();
        other.signIn(wallet);
        var key = server.billing().keys().create(account, KeyTerms.named("Ada's laptop"));
        server.billing().grant("g-" + account, account, BigInteger.TEN, "a gift");
        assertThat(visitor.send("DELETE", "/api/me", Map.of()).statusCode()).isEqualTo(204);
        assertThat(other.session().get("signedIn").booleanValue()).isFalse();
        assertThat(server.billing().keys().admit(key.text().reveal())).isEmpty();
        assertThat(server.billing().keys().of(account))
                .allMatch(left -> left.terms().name().equals("deleted"));
        assertThat(server.billing().customers().find(account).orElseThrow().name())
                .isEqualTo("deleted");
        assertThat(server.billing().ledger().statement(account, Long.MAX_VALUE, 10))
                .hasSize(1);
        assertThat(visitor().signIn(wallet)).isNotEqualTo(account);
    }

    @Test
    void creditKey_withoutWork_isNotBound() throws Exception {
        var visitor = visitor();
        visitor.signIn(ADA);
        assertThat(visitor.send("POST", "/api/me/credit-keys", Map.of("key", "0".repeat(32)))
                        .body())
                .contains("accepted task");
        assertThat(visitor.send("POST", "/api/me/credit-keys", Map.of("key", "xyz"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void developmentChain_isNotForTheWorld() {
        Map<String, Object> chains = Map.of("signIn", Map.of("chains", List.of(Map.of("id", 31_337, "name", "anvil"))));
        assertThat(catchThrowable(() -> SettingsFile.with(settings, chains)))
                .hasStackTraceContaining("for development");
    }
}
