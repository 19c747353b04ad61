package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.DUPLICATE;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The server as a process of its own, killed as {@code kill -9} does. */
final class KillIT {
    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Process::destroyForcibly);
    }

    /** Started, with the address it printed. */
    private record Running(Process process, String url) {}

    private Running run() throws IOException {
        var settings = folder.resolve("settings.yaml");
        YAMLMapper.builder().build().writeValue(settings.toFile(), TestRun.settings(folder, 2));
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.decentralizedai.server.ServerMain",
                        "--settings",
                        settings.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        started.add(process);
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine())
            if (line.startsWith("ready: ")) return new Running(process, line.substring("ready: ".length()));
        throw new AssertionError("the server ended before it was ready");
    }

    private static JsonNode figures(Running server) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(server.url() + "/api/run"))
                    .build();
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return JsonMapper.builder().build().readTree(answer.body());
        }
    }

    @Test
    void killed_inMidRound_nothingAcknowledgedIsLost() throws Exception {
        var first = run();
        byte[] update = TestWorker.flat(1e-3f);
        try (var a = TestWorker.join(first.url(), "a");
                var b = TestWorker.join(first.url(), "b")) {
            assertThat(a.deliver(a.task(), update).code()).isEqualTo(ACCEPTED);
            assertThat(b.deliver(b.task(), update).code()).isEqualTo(ACCEPTED);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> figures(first).get("round").asInt() == 1);
            var done = a.task();
            assertThat(a.deliver(done, update).code()).isEqualTo(ACCEPTED);
            var open = b.task();
            var before = figures(first);
            first.process().destroyForcibly().waitFor();

            var second = run();
            var after = figures(second);
            assertThat(after.get("run")).isEqualTo(before.get("run"));
            assertThat(after.get("round")).isEqualTo(before.get("round"));
            assertThat(after.get("checkpoint")).isEqualTo(before.get("checkpoint"));
            assertThat(after.get("updatesAccepted").asLong()).isEqualTo(3);
            try (var a2 = TestWorker.join(second.url(), "a");
                    var b2 = TestWorker.join(second.url(), "b")) {
                assertThat(a2.deliver(done, update).code()).isEqualTo(DUPLICATE);
                assertThat(b2.deliver(open, update).code()).isEqualTo(ACCEPTED); // its lease is still its own
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> figures(second).get("round").asInt() == 2);
            }
        }
    }
}
