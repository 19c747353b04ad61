package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.UNAVAILABLE;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.store.blob.Digests;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two workers who send updates as fast as they are taken, over all that happens to the server, to rounds of two tasks. */
final class UpdateStream {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateStream.class);
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Random random;
    private final Map<Long, String> accepted = new ConcurrentHashMap<>(); // hash of the update that was, by task
    private final List<Thread> workers = new ArrayList<>();

    UpdateStream(long seed) {
        random = new Random(seed);
    }

    void start(String url) {
        for (String name : List.of("a", "b")) {
            var own = new Random(random.nextLong());
            workers.add(Thread.ofPlatform().daemon().start(() -> {
                while (!Thread.currentThread().isInterrupted()) deliver(url, name, own);
            }));
        }
    }

    void stop() throws InterruptedException {
        workers.forEach(Thread::interrupt);
        for (var worker : workers) worker.join();
        workers.clear();
    }

    private void deliver(String url, String name, Random random) {
        try (var worker = TestWorker.join(url, name)) {
            while (true) {
                var task = worker.task();
                byte[] update = TestWorker.flat(random.nextFloat(1e-3f));
                var verdict = worker.deliver(task, update);
                while (verdict.code() == UNAVAILABLE) verdict = worker.deliver(task, update);
                if (verdict.code() == ACCEPTED)
                    accepted.merge(task.lease().taskId(), Digests.of(update).hex(), (one, two) -> one + " and " + two);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | AssertionError e) { // the server is gone, says nothing, or something else
            LOG.debug("worker {} connects again", name, e);
        }
    }

    /** Until some instant when three more were accepted. */
    void flow() throws InterruptedException {
        int before = accepted.size();
        await().atMost(PATIENCE).until(() -> accepted.size() >= before + 3);
        Thread.sleep(random.nextInt(500));
    }

    /** Lets the rounds go on until all that was accepted is in closed ones, those of the running round too, and stops. */
    void assertEachIsInTheRecordOfItsRoundOnce(String url) throws Exception {
        var taken = Map.copyOf(accepted);
        long newest = Collections.max(taken.keySet());
        await().atMost(PATIENCE)
                .until(() -> newest < 2L * figures(url).get("round").asInt());
        stop();
        var last = figures(url);
        int round = last.get("round").asInt();
        var counted = new HashMap<Long, String>();
        try (var published = new PublishedRun(url)) {
            for (int closed = 0; closed < round; closed++)
                for (var update : published.record(closed).updates())
                    assertThat(counted.put(update.task(), update.sha256())).isNull();
        }
        assertThat(counted).containsAllEntriesOf(taken);
        assertThat(last.get("tokens").asLong()).isEqualTo(2L * round * TestRun.STEPS.tokens());
    }

    static JsonNode figures(String url) throws IOException, InterruptedException {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(url + "/api/run")).build();
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return JsonMapper.shared().readTree(answer.body());
        }
    }
}
