package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is killed in the midst of an answer that somebody pays for. */
final class PaidKillIT {
    private static final int LONGEST = 1_000_000;
    private static final long GRANTED = 10_000_000; // the longest answer costs 3 micro-credits a token

    @TempDir
    Path folder;

    private final List<ServerProcess> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(ServerProcess::kill);
    }

    private Settings settings() throws IOException {
        return SettingsFile.with(
                TestRun.settings(folder, 2),
                Map.of("promoteEvery", 1, "chat", Map.of("maxTokens", LONGEST, "answerSeconds", 3600)));
    }

    private ServerProcess run() throws IOException {
        var server = ServerProcess.start(folder, settings());
        started.add(server);
        return server;
    }

    @Test
    void killedInMidStream_isSettledAtTheNextStart_byWhatWasSent() throws Exception {
        var first = run();
        var operator = new Operator(first.url(), settings().data());
        String account = operator.done("open-account", "name", "Ada").get("id").stringValue();
        operator.done("grant", "customer", account, "credits", "10", "why", "a gift", "id", "1");
        String key = operator.done("make-key", "customer", account, "name", "k")
                .get("key")
                .stringValue();
        String model = promote(first, operator, key);
        var pieces = new AtomicInteger();
        var reader = Thread.ofPlatform().daemon().start(() -> read(first.url(), key, model, pieces));
        await().atMost(Duration.ofSeconds(60)).until(() -> pieces.get() > 20);
        Thread.sleep(1000); // some notes are written by now
        assertThat(operator.json("/api/account", key).get("reserved").longValue())
                .isGreaterThan(3L * LONGEST);
        first.kill();
        reader.join(Duration.ofSeconds(30));

        var second = run();
        operator = new Operator(second.url(), settings().data());
        var own = operator.json("/api/account", key);
        assertThat(own.get("reserved").longValue()).isZero();
        var line = operator.json("/api/account/usage", key).at("/lines/0");
        assertThat(line.get("requests").longValue()).isEqualTo(1);
        assertThat(line.get("answerTokens").longValue())
                .isBetween(1L, pieces.get() + 4L); // some may wait for the rest of a character
        assertThat(GRANTED - own.get("balance").longValue())
                .isEqualTo(line.get("promptTokens").longValue()
                        + 3 * line.get("answerTokens").longValue());
        assertThat(operator.json("/api/account/bookings", key)
                        .at("/lines/0/formula")
                        .stringValue())
                .contains("cut off");
    }

    /** @return the name of the model that answers now */
    private static String promote(ServerProcess server, Operator operator, String key) throws Exception {
        try (var worker = TestWorker.join(server.url(), "a")) {
            for (int i = 0; i < 2; i++)
                assertThat(worker.deliver(worker.task(), TestWorker.flat(1e-3f)).code())
                        .isEqualTo(ACCEPTED);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !operator.json("/v1/models", key).get("data").isEmpty());
        return operator.json("/v1/models", key).at("/data/0/id").stringValue();
    }

    /** Until the connection breaks. */
    private static void read(String url, String key, String model, AtomicInteger pieces) {
        var request = HttpRequest.newBuilder(URI.create(url + "/v1/completions"))
                .header("Authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\": \"" + model
                        + "\", \"prompt\": \"the whale\", \"stream\": true, \"temperature\": 0, \"max_tokens\": "
                        + LONGEST + "}"))
                .build();
        try (var client = HttpClient.newHttpClient();
                var lines = new BufferedReader(new InputStreamReader(
                        client.send(request, BodyHandlers.ofInputStream()).body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine())
                if (line.contains("\"text\":\"") && !line.contains("\"text\":\"\"")) pieces.incrementAndGet();
        } catch (IOException e) { // the server was killed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
