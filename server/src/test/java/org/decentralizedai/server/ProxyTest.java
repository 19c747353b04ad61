package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who a visitor is, behind a proxy or pretending to be: seen by the limit of sockets an address may open. */
final class ProxyTest {
    private static final String VISITOR = "203.0.113.9";

    @TempDir
    Path folder;

    private Server server(List<String> trusted) throws IOException {
        return new Server(SettingsFile.with(
                TestRun.settings(folder, 2),
                Map.of("trustedProxies", trusted, "limits", Map.of("socketsPerAddress", 1))));
    }

    private static WebSocket open(Server server, String... headers) {
        var builder = HttpClient.newHttpClient().newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) builder.header(headers[i], headers[i + 1]);
        return builder.buildAsync(
                        URI.create(server.url().replaceFirst("http", "ws") + "/worker"), new WebSocket.Listener() {})
                .join();
    }

    private static String metrics(Server server) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(server.url() + "/metrics"))
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }

    @Test
    void trustedProxy_namesTheVisitor_whoseSocketsAreCounted() throws IOException {
        try (var server = server(List.of("127.0.0.0/8"))) {
            var first = open(server, "X-Forwarded-For", VISITOR);
            await().until(() ->
                    metrics(server).contains("sockets_open 1.0")); // it is counted after the client has its answer
            assertThatThrownBy(() -> open(server, "X-Forwarded-For", VISITOR))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            refused -> assertThat(refused.getResponse().statusCode())
                                    .isEqualTo(429));
            open(server, "X-Forwarded-For", "203.0.113.10").abort();
            open(server, "X-Forwarded-For", VISITOR + ", 203.0.113.11").abort(); // the proxy saw the last one
            first.abort();
        }
    }

    @Test
    void strangersHeader_isNotBelieved() throws IOException {
        try (var server = server(List.of("10.0.0.0/8"))) {
            var sockets = List.of(open(server, "X-Forwarded-For", VISITOR), open(server, "X-Forwarded-For", VISITOR));
            assertThat(sockets).noneMatch(WebSocket::isInputClosed); // both come from this machine, which has no limit
            sockets.forEach(WebSocket::abort);
        }
    }

    @Test
    void origin_ofThePublicHost_isAcceptedThroughTheProxyOnly() throws IOException {
        String[] headers = {"Origin", "https://train.example.org"};
        try (var server = server(List.of("127.0.0.1"))) {
            assertThatThrownBy(() -> open(server, headers)).hasCauseInstanceOf(WebSocketHandshakeException.class);
            open(
                            server,
                            "Origin",
                            "https://train.example.org",
                            "X-Forwarded-Host",
                            "train.example.org",
                            "X-Forwarded-Proto",
                            "https")
                    .abort();
        }
    }
}
