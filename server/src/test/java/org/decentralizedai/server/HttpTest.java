package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletionException;
import org.decentralizedai.store.blob.Digests;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What HTTP clients see of a real server. */
final class HttpTest {
    @TempDir
    static Path folder;

    private static Server server;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        server = new Server(TestRun.settings(folder, 2));
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path));
        if (headers.length > 0) request.headers(headers);
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(String path, String token) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.noBody());
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String token() throws IOException {
        return Files.readString(folder.resolve("data/admin-token"));
    }

    private static String checkpoint() {
        return server.training().status().figures().checkpoint();
    }

    private static String shard() throws IOException {
        try (var blobs = Files.list(folder.resolve("data/store/blobs"))) {
            return blobs.map(file -> file.getFileName().toString())
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void run_figures_areThere() throws Exception {
        var answer = get("/api/run");
        assertThat(answer.statusCode()).isEqualTo(200);
        for (String field : new String[] {
            "run",
            "model",
            "parameters",
            "round",
            "tokens",
            "trainLoss",
            "heldOutBitsPerByte",
            "heldOutStandardError",
            "bigramBitsPerByte",
            "workersOnline",
            "paused",
            "updatesAccepted",
            "updatesRejected",
            "checkpoint",
            "promoted",
            "downloadBytes",
            "taskBytes",
            "history"
        }) assertThat(answer.body()).contains("\"" + field + "\":");
    }

    @Test
    void health_started_isLiveAndReady() throws Exception {
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").body()).contains("\"ready\"");
    }

    @Test
    void metrics_prometheus_holdsTheSeries() throws Exception {
        get("/api/run");
        get("/api/" + "x".repeat(40));
        assertThat(get("/metrics").body())
                .doesNotContain("xxxxx")
                .contains(
                        "http_requests_seconds_count{method=\"GET\",route=\"/api/run\",status=\"200\"}",
                        "chat_requests_open 0.0",
                        "train_rounds_total",
                        "train_updates_accepted_total",
                        "train_updates_refused_total{reason=\"NOT_FINITE\"}",
                        "train_workers_online 0.0",
                        "train_leases_expired_total",
                        "train_upload_bytes_total",
                        "train_round_seconds",
                        "train_evaluation_seconds",
                        "jvm_memory_used_bytes");
    }

    @Test
    void pages_everyResponse_hasTheProtectingHeaders() throws Exception {
        for (String path : new String[] {"/", "/api/run", "/shards/" + shard(), "/nothing", "/api/nothing"}) {
            var headers = get(path).headers();
            assertThat(headers.firstValue("Content-Security-Policy").orElse("")).doesNotContain("unsafe-inline");
            assertThat(headers.firstValue("Cross-Origin-Opener-Policy")).contains("same-origin");
            assertThat(headers.firstValue("Cross-Origin-Embedder-Policy")).contains("require-corp");
            assertThat(headers.firstValue("Cross-Origin-Resource-Policy")).contains("same-origin");
            assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
            assertThat(headers.firstValue("Server")).isEmpty();
        }
    }

    @Test
    void site_files_haveTypesAndAreRevalidated() throws Exception {
        var page = get("/");
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        String etag = page.headers().firstValue("ETag").orElseThrow();
        assertThat(get("/", "If-None-Match", etag).statusCode()).isEqualTo(304);
        assertThat(get("/worker/boot-js.js")
                        .headers()
                        .firstValue("Content-Type")
                        .orElse(""))
                .startsWith("text/javascript");
        assertThat(get("/webjars/uplot/1.6.30/dist/uPlot.esm.js").statusCode()).isEqualTo(200);
        assertThat(get("/org/decentralizedai/server/ServerMain.class").statusCode())
                .isEqualTo(404);
        assertThat(get("/worker/../logback.xml").statusCode()).isEqualTo(404);
    }

    @Test
    void unknown_apiPath_isJson404() throws Exception {
        var answer = get("/api/nothing");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(answer.body()).contains("NOT_FOUND");
    }

    @Test
    void shards_ranges_areAnsweredRightly() throws Exception {
        String path = "/shards/" + shard();
        byte[] whole = Files.readAllBytes(folder.resolve("data/store/blobs").resolve(shard()));
        var all = http.send(
                HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(Digests.of(all.body()).hex()).isEqualTo(shard());
        assertThat(all.headers().firstValue("Cache-Control").orElse("")).contains("immutable");
        String etag = all.headers().firstValue("ETag").orElseThrow();
        assertThat(etag).isEqualTo("\"" + shard() + "\"");
        assertThat(get(path, "If-None-Match", etag).statusCode()).isEqualTo(304);
        assertThat(get(path, "Range", "bytes=10-19").statusCode()).isEqualTo(206);
        assertThat(get(path, "Range", "bytes=10-19").headers().firstValue("Content-Range"))
                .contains("bytes 10-19/" + whole.length);
        assertThat(get(path, "Range", "bytes=-5").headers().firstValue("Content-Length"))
                .contains("5");
        assertThat(get(path, "Range", "bytes=99999999-").statusCode()).isEqualTo(416);
        assertThat(get(path, "Range", "bytes=abc").statusCode()).isEqualTo(416);
        assertThat(get("/shards/" + "ab".repeat(32)).statusCode()).isEqualTo(404);
        assertThat(get("/shards/../admin-token").statusCode()).isEqualTo(404);
    }

    @Test
    void checkpoint_download_isTheFileOfThatHash() throws Exception {
        var file = http.send(
                HttpRequest.newBuilder(
                                URI.create(server.url() + "/api/checkpoints/" + checkpoint() + "/model.safetensors"))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(Digests.of(file.body()).hex()).isEqualTo(checkpoint());
        assertThat(get("/api/checkpoints/" + checkpoint() + "/config.json").body())
                .contains("LlamaForCausalLM");
        assertThat(get("/api/checkpoints/" + checkpoint() + "/tokenizer.json").body())
                .contains("\"model\"");
        assertThat(get("/api/checkpoints/" + checkpoint() + "/other").statusCode())
                .isEqualTo(404);
        assertThat(get("/api/checkpoints/" + "ab".repeat(32) + "/config.json").statusCode())
                .isEqualTo(404);
        assertThat(get("/api/checkpoints").body()).contains(checkpoint());
    }

    @Test
    void admin_withoutTheToken_isRefused() throws Exception {
        assertThat(get("/admin/status").statusCode()).isEqualTo(401);
        assertThat(post("/admin/status", "wrong").statusCode()).isEqualTo(401);
        assertThat(post("/admin/status", token() + "0").statusCode()).isEqualTo(401);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("data/admin-token"))))
                .isEqualTo("rw-------");
    }

    @Test
    void admin_withTheToken_commands() throws Exception {
        assertThat(post("/admin/pause", token()).statusCode()).isEqualTo(200);
        assertThat(post("/admin/status", token()).body()).contains("\"PAUSED\"");
        assertThat(post("/admin/drain", token()).statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(post("/admin/resume", token()).statusCode()).isEqualTo(200);
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(post("/admin/rollback?round=99", token()).statusCode()).isEqualTo(409);
        assertThat(post("/admin/rollback?round=x", token()).statusCode()).isEqualTo(400);
        assertThat(post("/admin/ban?worker=nobody", token()).statusCode()).isEqualTo(404);
        assertThat(post("/admin/nothing", token()).statusCode()).isEqualTo(404);
    }

    @Test
    void socket_otherOrigin_isRefusedAtTheUpgrade() throws Exception {
        assertThat(upgrade("http://evil.example")).startsWith("HTTP/1.1 403");
        assertThat(upgrade("null")).startsWith("HTTP/1.1 403");
        assertThat(upgrade(server.url())).startsWith("HTTP/1.1 101").doesNotContain("permessage-deflate");
        assertThat(upgrade(null)).startsWith("HTTP/1.1 101");
    }

    private static String upgrade(@Nullable String origin) throws IOException {
        try (var socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            String request = "GET /worker HTTP/1.1\r\nHost: localhost:" + server.port()
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Extensions: permessage-deflate\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + (origin == null ? "" : "Origin: " + origin + "\r\n") + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return head(socket.getInputStream());
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) break;
            head.append((char) next);
        }
        return head.toString();
    }

    @Test
    void worker_plainGet_isNotFound() throws Exception {
        assertThat(get("/worker").statusCode()).isEqualTo(404);
        assertThatThrownBy(() -> new TestWorker(server.url() + "/nothing")).isInstanceOf(CompletionException.class);
    }
}
