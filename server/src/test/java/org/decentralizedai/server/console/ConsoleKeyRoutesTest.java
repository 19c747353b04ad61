package org.decentralizedai.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleKeyRoutesTest {
    private static final String KEYS = "/api/console/keys";
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-28T12:00:00Z"), ZoneOffset.UTC);

    private ConsoleServer server;
    private String ada, bob;

    @BeforeEach
    void start() {
        server = new ConsoleServer(CLOCK);
        ada = server.open("Ada");
        bob = server.open("Bob");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<String> create(String body) throws Exception {
        return server.send("POST", KEYS, ada, body);
    }

    @Test
    void create_allTerms_makesAKeyThatIsShownOnce() throws Exception {
        var made = ConsoleServer.json(create("""
                {"name": " laptop ", "scopes": ["inference"], "days": 30, "requestsPerMinute": 60, "tokensPerMinute": 20000}"""));
        String text = made.get("text").stringValue();
        var key = server.billing.keys().admit(text).orElseThrow();
        assertThat(key.customer()).isEqualTo(ada);
        assertThat(key.terms())
                .isEqualTo(new KeyTerms(
                        "laptop", Set.of(Scope.INFERENCE), CLOCK.millis() + TimeUnit.DAYS.toMillis(30), 60L, 20000L));
        var listed = server.send("GET", KEYS, ada, null);
        assertThat(listed.body()).doesNotContain(text);
        var shown = ConsoleServer.json(listed).get(0);
        assertThat(shown.get("id").stringValue()).isEqualTo(key.id());
        assertThat(text).startsWith(shown.get("hint").stringValue());
        assertThat(shown.get("state").stringValue()).isEqualTo("ACTIVE");
        assertThat(shown.get("scopes").get(0).stringValue()).isEqualTo("inference");
        assertThat(shown.get("usedAtMillis").longValue()).isEqualTo(CLOCK.millis());
    }

    @Test
    void create_nameOnly_isGoodForEverything() throws Exception {
        var made = ConsoleServer.json(create("{\"name\": \"all\"}"));
        assertThat(server.billing
                        .keys()
                        .admit(made.get("text").stringValue())
                        .orElseThrow()
                        .terms())
                .isEqualTo(KeyTerms.named("all"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{} {}",
                "{\"scopes\": [\"inference\"]}",
                "{\"name\": \"  \"}",
                "{\"name\": 5}",
                "{\"name\": \"a\", \"owner\": \"acct_1\"}",
                "{\"name\": \"a\", \"scopes\": []}",
                "{\"name\": \"a\", \"scopes\": [null]}",
                "{\"name\": \"a\", \"scopes\": [\"admin\"]}",
                "{\"name\": \"a\", \"scopes\": \"inference\"}",
                "{\"name\": \"a\", \"days\": 0}",
                "{\"name\": \"a\", \"days\": 1.5}",
                "{\"name\": \"a\", \"days\": \"7\"}",
                "{\"name\": \"a\", \"days\": 99999999999}",
                "{\"name\": \"a\", \"requestsPerMinute\": -1}",
                "{\"name\": \"a\", \"tokensPerMinute\": 99999999999999999999}"
            })
    void create_otherBodies_areRefusedWithASentence(String body) throws Exception {
        var answer = create(body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("decentralizedai", "jackson");
        assertThat(server.billing.keys().of(ada)).isEmpty();
    }

    @Test
    void create_fiftyKeysThere_isRefusedUntilOneIsRevoked() throws Exception {
        for (int i = 0; i < 50; i++) server.billing.keys().create(ada, KeyTerms.named("key " + i));
        assertThat(create("{\"name\": \"one more\"}").statusCode()).isEqualTo(409);
        server.billing.keys().revoke(server.billing.keys().of(ada).getFirst().id());
        assertThat(create("{\"name\": \"one more\"}").statusCode()).isEqualTo(200);
    }

    @Test
    void create_againAndAgain_isSlowedDown() throws Exception {
        int status = 200;
        for (int i = 0; i < 21 && status == 200; i++)
            status = create("{\"name\": \"key\"}").statusCode();
        assertThat(status).isEqualTo(429);
        assertThat(server.send("POST", KEYS, bob, "{\"name\": \"key\"}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void rotate_givesANewText_andRefusesTheOldOne() throws Exception {
        var old = server.billing.keys().create(ada, KeyTerms.named("laptop"));
        String id = old.stored().id();
        var made = ConsoleServer.json(server.send("POST", KEYS + "/" + id + "/rotate", ada, null));
        assertThat(made.get("key").get("id").stringValue()).isEqualTo(id);
        assertThat(server.billing.keys().admit(made.get("text").stringValue())).isPresent();
        assertThat(server.billing.keys().admit(old.text().reveal())).isEmpty();
    }

    @Test
    void rotate_expired_isRefused() throws Exception {
        var terms = new KeyTerms("old", Set.of(Scope.USAGE), CLOCK.millis() - 1, null, null);
        String path =
                KEYS + "/" + server.billing.keys().create(ada, terms).stored().id();
        assertThat(server.send("POST", path + "/rotate", ada, null).statusCode())
                .isEqualTo(409);
        assertThat(server.send("DELETE", path, ada, null).statusCode()).isEqualTo(204);
    }

    @Test
    void revoke_refusesTheKey_once() throws Exception {
        var key = server.billing.keys().create(ada, KeyTerms.named("laptop"));
        String path = KEYS + "/" + key.stored().id();
        assertThat(server.send("DELETE", path, ada, null).statusCode()).isEqualTo(204);
        assertThat(server.billing.keys().admit(key.text().reveal())).isEmpty();
        assertThat(server.send("DELETE", path, ada, null).statusCode()).isEqualTo(404);
        assertThat(server.send("POST", path + "/rotate", ada, null).statusCode())
                .isEqualTo(404);
        assertThat(server.get(KEYS, ada).get(0).get("state").stringValue()).isEqualTo("REVOKED");
    }

    @Test
    void anothersKey_isNotThere() throws Exception {
        var key = server.billing.keys().create(ada, KeyTerms.named("laptop"));
        String path = KEYS + "/" + key.stored().id();
        assertThat(server.send("DELETE", path, bob, null).statusCode()).isEqualTo(404);
        assertThat(server.send("POST", path + "/rotate", bob, null).statusCode())
                .isEqualTo(404);
        assertThat(server.get(KEYS, bob)).isEmpty();
        assertThat(server.billing.keys().admit(key.text().reveal())).isPresent();
    }

    @Test
    void signedOut_isRefused() throws Exception {
        assertThat(server.send("GET", KEYS, null, null).statusCode()).isEqualTo(401);
        assertThat(server.send("POST", KEYS, null, "{\"name\": \"a\"}").statusCode())
                .isEqualTo(401);
        assertThat(server.send("POST", KEYS + "/key_1/rotate", null, null).statusCode())
                .isEqualTo(401);
        assertThat(server.send("DELETE", KEYS + "/key_1", null, null).statusCode())
                .isEqualTo(401);
    }
}
