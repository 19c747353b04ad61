package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's commands about customers, and what a customer may read. */
class BillingHttpTest {
    @TempDir
    static Path folder;

    private static Server server;
    private static Operator operator;

    @BeforeAll
    static void start() throws Exception {
        var settings = TestRun.settings(folder, 2);
        server = new Server(settings);
        operator = new Operator(server.url(), settings.data());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String account() throws Exception {
        return operator.done("open-account", "name", "Ada & Sons").get("id").stringValue();
    }

    private static int status(String command, String... pairs) throws Exception {
        return operator.command(command, pairs).statusCode();
    }

    @Test
    void grant_isBookedOnce_andShown() throws Exception {
        String account = account();
        String[] grant = {"customer", account, "credits", "2.5", "why", "a gift", "id", "1-" + account};
        assertThat(operator.done("grant", grant).get("microCredits").longValue())
                .isEqualTo(2_500_000);
        assertThat(status("grant", grant)).isEqualTo(409);
        var shown = operator.done("account", "customer", account);
        assertThat(shown.get("balanceMicroCredits").longValue()).isEqualTo(2_500_000);
        assertThat(shown.at("/customer/name").stringValue()).isEqualTo("Ada & Sons");
        assertThat(shown.get("bookings")).hasSize(1);
        assertThat(shown.at("/bookings/0/formula").stringValue()).isEqualTo("a gift");
    }

    @Test
    void wrongGrants_areRefused() throws Exception {
        String account = account();
        for (String credits : new String[] {"0", "-1", "much", "0.0000001", "1e30"})
            assertThat(status("grant", "customer", account, "credits", credits, "why", "x", "id", credits))
                    .as(credits)
                    .isEqualTo(400);
        assertThat(status("grant", "customer", "acct_nobody", "credits", "1", "why", "x", "id", "x"))
                .isEqualTo(404);
        assertThat(status("grant", "customer", account)).isEqualTo(400);
        assertThat(operator.done("account", "customer", account)
                        .get("balanceMicroCredits")
                        .longValue())
                .isZero();
    }

    @Test
    void key_isShownOnce_rotatedAndRevoked() throws Exception {
        String account = account();
        var made = operator.done("make-key", "customer", account, "name", "laptop");
        String text = made.get("key").stringValue(), id = made.get("id").stringValue();
        assertThat(operator.command("account", "customer", account).body())
                .contains(text.substring(0, 13))
                .doesNotContain(text.substring(14));
        assertThat(operator.json("/api/account", text).get("customer").stringValue())
                .isEqualTo(account);
        String next = operator.done("rotate-key", "key", id).get("key").stringValue();
        assertThat(operator.get("/api/account", text).statusCode()).isEqualTo(401);
        assertThat(operator.get("/api/account", next).statusCode()).isEqualTo(200);
        operator.done("revoke-key", "key", id);
        assertThat(operator.get("/api/account", next).statusCode()).isEqualTo(401);
        assertThat(status("revoke-key", "key", id)).isEqualTo(404);
        assertThat(operator.command("status").body()).contains("was revoked").doesNotContain(text.substring(14));
    }

    @Test
    void wrongKeys_areRefused() throws Exception {
        String account = account();
        assertThat(status("make-key", "customer", account, "name", "k", "scopes", "everything"))
                .isEqualTo(400);
        assertThat(status("make-key", "customer", account, "name", "k", "tokens", "0"))
                .isEqualTo(400);
        assertThat(status("make-key", "customer", account, "name", "k", "tokens", "x"))
                .isEqualTo(400);
        assertThat(status("make-key", "customer", "acct_nobody", "name", "k")).isEqualTo(404);
        assertThat(status("rotate-key", "key", "key_nobody")).isEqualTo(404);
    }

    @Test
    void customer_readsBookingsAndUsage() throws Exception {
        String account = account();
        operator.done("grant", "customer", account, "credits", "1", "why", "welcome", "id", "2-" + account);
        String text = operator.done("make-key", "customer", account, "name", "k")
                .get("key")
                .stringValue();
        var own = operator.json("/api/account", text);
        assertThat(own.get("balance").longValue()).isEqualTo(1_000_000);
        assertThat(own.get("reserved").longValue()).isZero();
        var bookings = operator.json("/api/account/bookings", text);
        assertThat(bookings.at("/lines/0/kind").stringValue()).isEqualTo("grant");
        assertThat(operator.json(
                                "/api/account/bookings?before="
                                        + bookings.get("before").longValue(),
                                text)
                        .get("lines"))
                .isEmpty();
        assertThat(operator.json("/api/account/usage", text).get("lines")).isEmpty();
        var csv = operator.get("/api/account/usage.csv?first=2026-01-01&last=2026-02-01", text);
        assertThat(csv.body()).startsWith("day,key,model,");
        assertThat(csv.headers().firstValue("content-type").orElseThrow()).startsWith("text/csv");
        for (String query : new String[] {
            "first=x",
            "first=2026-02-01&last=2026-01-01",
            "first=2020-01-01",
            "last=-999999999-01-01",
            "first=%2B999999999-12-31&last=%2B999999999-12-31",
            "first=1999-12-31&last=2000-01-01"
        })
            assertThat(operator.get("/api/account/usage?" + query, text).statusCode())
                    .as(query)
                    .isEqualTo(400);
        assertThat(operator.get("/api/account/bookings?before=x", text).statusCode())
                .isEqualTo(400);
        String asking = operator.done("make-key", "customer", account, "name", "k", "scopes", "inference")
                .get("key")
                .stringValue();
        assertThat(operator.get("/api/account", asking).statusCode()).isEqualTo(403);
    }

    @Test
    void readingTooOften_is429_withTheSecondsToWait() throws Exception {
        String text = operator.done("make-key", "customer", account(), "name", "k")
                .get("key")
                .stringValue();
        var answer = operator.get("/api/account", text);
        for (int i = 0; i < 300 && answer.statusCode() == 200; i++) answer = operator.get("/api/account", text);
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValueAsLong("retry-after").orElseThrow())
                .isBetween(1L, 60L);
    }

    @Test
    void grantsId_tooLong_isRefused() throws Exception {
        String account = account();
        var answer = operator.command("grant", "customer", account, "credits", "1", "why", "x", "id", "x".repeat(129));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("1 to 128 characters");
    }

    @Test
    void strangers_giveNoCommands() throws Exception {
        var answer = operator.get("/admin/account?customer=x", "x"); // GET
        assertThat(answer.statusCode()).isIn(401, 404);
        assertThat(operator.get("/api/account", "unused").statusCode()).isEqualTo(401);
    }
}
