package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.decentralizedai.server.credit.CreditRule;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.WorkerKey;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ServerMessage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Credit from a worker's socket to the JSON that the pages read. */
final class CreditHttpTest {
    private static final byte[] SMALL_STEP = TestWorker.flat(1e-3f);
    private static final long TASK = CreditRule.of(TestRun.MODEL).microCredits(TestRun.STEPS.tokens());

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = new Server(settings());
    }

    /** Two tasks are held. */
    private Settings settings() throws Exception {
        return SettingsFile.with(TestRun.settings(folder, 2), Map.of("limits", Map.of("heldTasks", 2)));
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
    }

    private record Answer(int status, JsonNode body) {
        long number(String field) {
            return body.path(field).asLong(-1);
        }
    }

    private Answer send(String method, String path, @Nullable String worker, @Nullable String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(server.url() + "/api/credits" + path))
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (worker != null) request.header("Authorization", "Bearer " + key(worker));
        var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), JsonMapper.shared().readTree(response.body()));
    }

    private Answer get(String path, @Nullable String worker) throws Exception {
        return send("GET", path, worker, null);
    }

    private Answer name(String method, String path, String worker, String name) throws Exception {
        return send(method, path, worker, name);
    }

    private static String key(String worker) {
        return TestWorker.hello(worker, 1).key();
    }

    private void work(String worker, int tasks) throws Exception {
        try (var a = TestWorker.join(server.url(), worker)) {
            for (int i = 0; i < tasks; i++)
                assertThat(a.deliver(nextTask(a), SMALL_STEP).code()).isEqualTo(ACCEPTED);
        }
    }

    private static ServerMessage.GradientTask nextTask(TestWorker worker) throws Exception {
        worker.send(new ClientMessage.TaskRequest());
        for (; ; ) // idle until the next round is open
        if (worker.next() instanceof ServerMessage.GradientTask task) return task;
    }

    @Test
    void acceptedTasks_areCreditedHeldAndReleased_alsoAfterARestart() throws Exception {
        assertThat(TASK).isPositive();
        work("a", 3);
        for (int i = 0; i < 2; i++) {
            var own = get("/me", "a");
            assertThat(own.status()).isEqualTo(200);
            assertThat(own.body().path("id").asString()).isEqualTo(WorkerKey.id(key("a")));
            assertThat(own.number("releasedMicroCredits")).isEqualTo(TASK);
            assertThat(own.number("heldMicroCredits")).isEqualTo(2 * TASK);
            assertThat(own.number("forfeitedMicroCredits")).isZero();
            assertThat(own.number("tasks")).isEqualTo(3);
            assertThat(own.number("heldTasks")).isEqualTo(2);
            server.close();
            server = new Server(settings());
        }
        var tasks = get("/me/tasks?size=2", "a");
        assertThat(tasks.number("total")).isEqualTo(3);
        assertThat(tasks.body().path("rows")).hasSize(2);
        assertThat(tasks.body().path("rows").path(0).path("state").asString()).isEqualTo("HELD");
        assertThat(get("/me/tasks?size=2&page=2", "a")
                        .body()
                        .path("rows")
                        .path(0)
                        .path("state")
                        .asString())
                .isEqualTo("RELEASED");
        var days = get("/me/days", "a");
        assertThat(days.body()
                        .path("rows")
                        .valueStream()
                        .mapToLong(day -> day.path("microCredits").asLong())
                        .sum())
                .isEqualTo(3 * TASK);
    }

    @Test
    void refusedUpdate_earnsNothing() throws Exception {
        try (var a = TestWorker.join(server.url(), "a")) {
            assertThat(a.deliver(a.task(), TestWorker.flat(Float.MAX_VALUE)).code())
                    .isNotEqualTo(ACCEPTED);
        }
        assertThat(get("/me", "a").number("tasks")).isZero();
        assertThat(get("/people", null).number("total")).isZero();
    }

    @Test
    void forfeit_byTheVerifier_takesWhatIsHeldOffThePages() throws Exception {
        work("a", 3);
        assertThat(server.training().credits().forfeit(WorkerKey.id(key("a")))).isEqualTo(2 * TASK);
        assertThat(get("/me", "a").number("heldMicroCredits")).isZero();
        assertThat(get("/me", "a").number("forfeitedMicroCredits")).isEqualTo(2 * TASK);
        assertThat(get("/people?period=day", null)
                        .body()
                        .path("rows")
                        .path(0)
                        .path("microCredits")
                        .asLong())
                .isEqualTo(TASK);
    }

    @Test
    void namesAndTeams_showOnTheLeaderboards() throws Exception {
        assertThat(name("PUT", "/me/name", "a", "Ada").status()).isEqualTo(409); // no accepted task yet
        work("a", 2);
        work("b", 2);
        assertThat(name("PUT", "/me/name", "a", "  Zoë  L. ")
                        .body()
                        .path("name")
                        .asString())
                .isEqualTo("Zoë L.");
        assertThat(name("PUT", "/me/team", "a", "Whales").status()).isEqualTo(404);
        assertThat(name("POST", "/me/team", "a", "Whales").status()).isEqualTo(200);
        assertThat(name("POST", "/me/team", "b", "whales").status()).isEqualTo(409);
        assertThat(name("PUT", "/me/team", "b", "WHALES")
                        .body()
                        .path("team")
                        .path("name")
                        .asString())
                .isEqualTo("Whales");
        assertThat(get("/teams", null).number("total")).isZero(); // only what is earned in a team counts for it
        work("b", 2);
        var people = get("/people", null).body().path("rows");
        assertThat(people).hasSize(2);
        assertThat(people.path(0).path("name").isNull()).isTrue();
        assertThat(people.path(0).path("microCredits").asLong()).isEqualTo(4 * TASK);
        assertThat(people.path(1).path("name").asString()).isEqualTo("Zoë L.");
        assertThat(people.path(1).path("team").asString()).isEqualTo("Whales");
        var team = get("/teams?period=day", null).body().path("rows").path(0);
        assertThat(team.path("microCredits").asLong()).isEqualTo(2 * TASK);
        assertThat(team.path("members").asLong()).isEqualTo(2);
        assertThat(send("DELETE", "/me/name", "a", null).body().path("name").isNull())
                .isTrue();
        assertThat(send("DELETE", "/me/team", "a", null).body().path("team").isNull())
                .isTrue();
    }

    @Test
    void badRequests_areRefusedWithASentence() throws Exception {
        work("a", 1);
        assertThat(get("/me", null).status()).isEqualTo(401);
        var wrong = HttpRequest.newBuilder(URI.create(server.url() + "/api/credits/me"))
                .header("Authorization", "Bearer " + WorkerKey.id(key("a")).substring(0, 31))
                .build();
        assertThat(http.send(wrong, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
        for (String path : new String[] {
            "/people?page=0", "/people?size=101", "/people?size=x", "/people?period=year", "/people?page=99999999999"
        }) assertThat(get(path, null).status()).as(path).isEqualTo(400);
        for (String body : new String[] {"", "a", "a@b.org", "x".repeat(41), "--"})
            assertThat(send("PUT", "/me/name", "a", body).status()).as(body).isEqualTo(400);
    }

    /** The id is public: who says it in place of the key is somebody else. */
    @Test
    void publicId_isNoKey() throws Exception {
        work("a", 1);
        var request = HttpRequest.newBuilder(URI.create(server.url() + "/api/credits/me"))
                .header("Authorization", "Bearer " + WorkerKey.id(key("a")))
                .build();
        var answer = JsonMapper.shared()
                .readTree(
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        assertThat(answer.path("tasks").asLong()).isZero();
    }

    /** A power cut takes the database's last commits, not the log's: the restart takes the update over and books it once. */
    @Test
    void commitLostButLogged_isCreditedOnceAtTheRestart() throws Exception {
        work("a", 1);
        server.close();
        forgetLastCommit();
        server = new Server(settings());
        assertThat(get("/me", "a").number("tasks")).isEqualTo(1);
        assertThat(get("/me", "a").number("heldMicroCredits")).isEqualTo(TASK);
        server.close();
        server = new Server(settings());
        assertThat(get("/me", "a").number("tasks")).isEqualTo(1);
    }

    private void forgetLastCommit() {
        try (var database = Database.embedded(folder.resolve("data/database"))) {
            database.jdbi().useTransaction(handle -> {
                assertThat(
                                handle.execute(
                                        "update task set state = 'LEASED', log_position = null, counts_in = null where state = 'DONE'"))
                        .isEqualTo(1);
                for (String table : new String[] {"credit_entry", "credit_hour", "credit_account"})
                    assertThat(handle.execute("delete from " + table)).isEqualTo(1);
            });
        }
    }
}
