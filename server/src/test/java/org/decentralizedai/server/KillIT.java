package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.DUPLICATE;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.store.blob.Digests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server as a process of its own, killed as {@code kill -9} does. */
final class KillIT {
    private static final Logger LOG = LoggerFactory.getLogger(KillIT.class);

    @TempDir
    Path folder;

    private final List<ServerProcess> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(ServerProcess::kill);
    }

    private ServerProcess run() throws IOException {
        var server = ServerProcess.start(folder, TestRun.settings(folder, 2));
        started.add(server);
        return server;
    }

    private static JsonNode figures(ServerProcess server) throws Exception {
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
            first.kill();

            var second = run();
            var after = figures(second);
            assertThat(after.get("run")).isEqualTo(before.get("run"));
            assertThat(after.get("round")).isEqualTo(before.get("round"));
            assertThat(after.get("checkpoint")).isEqualTo(before.get("checkpoint"));
            assertThat(after.get("updatesAccepted").asLong()).isEqualTo(3);
            try (var a2 = TestWorker.join(second.url(), "a");
                    var b2 = TestWorker.join(second.url(), "b")) {
                assertThat(a2.deliver(done, update).code()).isEqualTo(ACCEPTED); // as before; it counts once
                assertThat(a2.deliver(done, TestWorker.flat(2e-3f)).code()).isEqualTo(DUPLICATE);
                assertThat(figures(second).get("updatesAccepted").asLong()).isEqualTo(3);
                assertThat(b2.deliver(open, update).code()).isEqualTo(ACCEPTED); // its lease is still its own
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> figures(second).get("round").asInt() == 2);
            }
        }
    }

    /** What two workers heard ACCEPTED for: the update's hash by its task. */
    private final Map<Long, String> accepted = new ConcurrentHashMap<>();

    private void deliver(String url, String name, Random random) {
        try (var worker = TestWorker.join(url, name)) {
            while (true) {
                var task = worker.task();
                byte[] update = TestWorker.flat(random.nextFloat(1e-3f));
                if (worker.deliver(task, update).code() == ACCEPTED)
                    accepted.merge(task.lease().taskId(), Digests.of(update).hex(), (one, two) -> one + " and " + two);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) { // the server is gone, or says something else than a task or a verdict
            LOG.debug("worker {} connects again", name, e);
        }
    }

    @Test
    void killedAgainAndAgain_whileUpdatesStreamIn_everyAcceptedOneIsInItsRoundOnce() throws Exception {
        var random = new Random(1);
        int kills = Boolean.getBoolean("slow") ? 8 : 2;
        for (int life = 0; life <= kills; life++) {
            var server = run();
            int before = accepted.size();
            var workers = new ArrayList<Thread>();
            for (String name : List.of("a", "b")) {
                var own = new Random(random.nextLong());
                workers.add(Thread.ofPlatform().daemon().start(() -> {
                    while (!Thread.currentThread().isInterrupted()) deliver(server.url(), name, own);
                }));
            }
            await().atMost(Duration.ofSeconds(60)).until(() -> accepted.size() >= before + 3);
            Thread.sleep(random.nextInt(500)); // some instant
            if (life < kills) server.kill();
            workers.forEach(Thread::interrupt);
            for (var worker : workers) worker.join();
            if (life < kills) continue;
            var last = figures(server);
            int round = last.get("round").asInt();
            var counted = new HashMap<Long, String>();
            try (var published = new PublishedRun(server.url())) {
                for (int closed = 0; closed < round; closed++)
                    for (var update : published.record(closed).updates())
                        assertThat(counted.put(update.task(), update.sha256())).isNull();
            }
            assertThat(accepted.keySet().stream().filter(counted::containsKey)).hasSizeGreaterThan(4);
            accepted.forEach((task, hash) -> {
                if (task < 2L * round) assertThat(counted).containsEntry(task, hash);
            });
            assertThat(last.get("tokens").asLong()).isEqualTo(2L * round * TestRun.STEPS.tokens());
        }
    }
}
