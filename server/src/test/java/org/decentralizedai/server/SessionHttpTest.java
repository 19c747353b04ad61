package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.decentralizedai.billing.account.SessionToken;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions over HTTP, and what other sites can't do with them. */
class SessionHttpTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String SITE = "https://train.example";

    @TempDir
    static Path folder;

    private static Settings settings;
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        settings = SettingsFile.with(TestRun.settings(folder, 2), Map.of("publicUrl", SITE));
        server = new Server(settings);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static SessionToken signedIn() {
        return server.sessions().open(server.billing().customers().open("Ada").id());
    }

    private static HttpResponse<String> send(String method, String path, SessionToken token, String... headers)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        request.header("Cookie", "__Host-session=" + token.reveal());
        if (headers.length > 0) request.headers(headers);
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String session(SessionToken token) throws Exception {
        return send("GET", "/api/session", token).body();
    }

    private static HttpResponse<String> change(String path, SessionToken token) throws Exception {
        return send("DELETE", path, token, "Origin", SITE, "X-CSRF-Token", token.csrf());
    }

    @Test
    void session_isTold_toItsOwnerAlone() throws Exception {
        var token = signedIn();
        var answer = send("GET", "/api/session", token);
        assertThat(answer.body()).contains("\"signedIn\":true", "acct_", "Ada", token.csrf());
        assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
        assertThat(session(SessionToken.parse("a".repeat(43)).orElseThrow())).contains("\"signedIn\":false");
    }

    @Test
    void signOut_endsTheSession_andClearsTheCookie() throws Exception {
        var token = signedIn();
        var answer = change("/api/session", token);
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("set-cookie").orElseThrow())
                .startsWith("__Host-session=;")
                .contains("Path=/", "Max-Age=0", "HttpOnly", "SameSite=Strict", "Secure")
                .doesNotContain("Domain");
        assertThat(session(token)).contains("\"signedIn\":false");
    }

    @Test
    void signOutEverywhere_endsTheOthersToo() throws Exception {
        String account = server.billing().customers().open("Ada").id();
        var laptop = server.sessions().open(account);
        var phone = server.sessions().open(account);
        assertThat(change("/api/sessions", laptop).statusCode()).isEqualTo(204);
        assertThat(session(phone)).contains("\"signedIn\":false");
    }

    @Test
    void otherSites_changeNothing() throws Exception {
        var token = signedIn();
        String csrf = token.csrf();
        String[][] forged = {
            {},
            {"X-CSRF-Token", csrf},
            {"Origin", SITE},
            {"Origin", SITE, "X-CSRF-Token", "wrong"},
            {"Origin", "https://evil.example", "X-CSRF-Token", csrf},
            {"Origin", server.url(), "X-CSRF-Token", csrf},
            {"Origin", SITE, "X-CSRF-Token", csrf, "Sec-Fetch-Site", "same-site"},
        };
        for (String[] headers : forged)
            assertThat(send("DELETE", "/api/sessions", token, headers).statusCode())
                    .as(String.join(" ", headers))
                    .isEqualTo(403);
        assertThat(session(token)).contains("\"signedIn\":true");
    }

    @Test
    void session_survivesARestart(@TempDir Path other) throws Exception {
        var own = SettingsFile.with(TestRun.settings(other, 2), Map.of("publicUrl", SITE));
        var visitor = new Visitor("", SITE);
        String account;
        try (var first = new Server(own)) {
            visitor.server = first.url();
            account = visitor.signIn(new TestSigner(1));
        }
        try (var second = new Server(own)) {
            visitor.server = second.url();
            assertThat(visitor.session().path("accountId").asString("")).isEqualTo(account);
        }
    }
}
