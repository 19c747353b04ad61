package org.decentralizedai.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.train.RoundCheck;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.store.blob.Digests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds of a real server, computed again by a stranger. Momentum 0.5, int8 steps. */
final class VerifyRoundTest {
    private static final int ROUNDS = 5;

    @TempDir
    Path folder;

    private Server server;
    private List<byte[]> sent;

    @BeforeEach
    void train() throws Exception {
        server = new Server(TestRun.settings(folder, 2));
        var random = new Random(1);
        sent = new ArrayList<>();
        try (var a = TestWorker.join(server.url(), "a");
                var b = TestWorker.join(server.url(), "b")) {
            for (int round = 1; round <= ROUNDS; round++) {
                for (var worker : List.of(a, b)) {
                    sent.add(update(random));
                    assertThat(worker.deliver(worker.task(), sent.getLast()).code())
                            .isEqualTo(ACCEPTED);
                }
                int next = round;
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> server.training().status().figures().round() == next);
            }
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static byte[] update(Random random) {
        float[] update = new float[TestWorker.PARAMETERS];
        for (int i = 0; i < update.length; i++) update[i] = (float) (1e-3 * random.nextGaussian());
        return UpdateCodec.encode(UpdateEncoding.INT8, update);
    }

    private record Result(int code, String said) {}

    private Result verify(int round) {
        var said = new StringWriter();
        var writer = new PrintWriter(said);
        int code = VerifyRoundMain.command()
                .setOut(writer)
                .setErr(writer)
                .execute("--server", server.url(), "--round", String.valueOf(round));
        return new Result(code, said.toString());
    }

    @Test
    void keptRounds_computedAgain_giveTheSameBytes() {
        for (int round : new int[] {ROUNDS - 2, ROUNDS - 1}) { // the last three rounds are kept, one of them is open
            var result = verify(round);
            assertThat(result.code()).as(result.said()).isZero();
            assertThat(result.said())
                    .contains("equal    weights after", "equal    momentum after", "equal    carry after")
                    .contains("equal    published step")
                    .contains(Digests.of(sent.get(2 * round)).hex())
                    .doesNotContain("DIFFERS")
                    .endsWith("gives the same bytes\n");
        }
    }

    @Test
    void lastRound_isTheDefault() {
        try (var published = new PublishedRun(server.url())) {
            assertThat(published.newestRound()).isEqualTo(ROUNDS - 1);
        }
    }

    @Test
    void oldRound_recordStays_updatesAreGone() {
        try (var published = new PublishedRun(server.url())) {
            assertThat(published.record(0).updates()).hasSize(2);
            assertThat(published.record(0).updates().getFirst().sha256())
                    .isEqualTo(Digests.of(sent.getFirst()).hex());
            assertThatThrownBy(() -> published.update(0, 0)).hasMessageContaining("not kept");
        }
        assertThat(verify(0).code()).isEqualTo(2);
    }

    @Test
    void records_chain_eachBeginsWhereTheLastEnded() {
        try (var published = new PublishedRun(server.url())) {
            for (int round = 1; round < ROUNDS; round++) {
                var before = published.record(round).before();
                var after = requireNonNull(published.record(round - 1).after());
                assertThat(before.checkpoint()).isEqualTo(after.checkpoint());
                assertThat(before.momentum()).isEqualTo(after.momentum());
                assertThat(before.carry()).isEqualTo(after.carry());
            }
        }
    }

    /** The round that was left has no record. */
    @Test
    void roundAfterGoingBack_beginsAsAnEarlierOne() throws Exception {
        int next = server.training().trainer().rollBack(ROUNDS - 1);
        assertThat(next).isEqualTo(ROUNDS + 1);
        try (var a = TestWorker.join(server.url(), "a");
                var b = TestWorker.join(server.url(), "b")) {
            for (var worker : List.of(a, b))
                assertThat(worker.deliver(worker.task(), update(new Random(9))).code())
                        .isEqualTo(ACCEPTED);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.training().status().figures().round() == next + 1);
        var result = verify(next);
        assertThat(result.code()).as(result.said()).isZero();
        assertThat(result.said())
                .contains("equal    weights before, as before round " + (ROUNDS - 1) + ", gone back to");
    }

    @Test
    void changedUpdateOrOrder_isSeen() {
        try (var published = new PublishedRun(server.url())) {
            var record = published.record(ROUNDS - 1);
            var model = published.model(record.before().checkpoint());
            var swapped = RoundCheck.of(record, model, published, (round, place) -> published.update(round, 1 - place));
            assertThat(swapped)
                    .filteredOn(line -> !line.agrees())
                    .extracting(RoundCheck.Line::what)
                    .anyMatch(what -> what.startsWith("update 0"));
            var other = new RoundRecord(
                    record.format(),
                    record.run(),
                    record.round(),
                    record.recipe(),
                    record.tokensBefore(),
                    record.before(),
                    List.of(record.updates().getFirst()),
                    record.earlier(),
                    List.of(),
                    record.after(),
                    record.tokens(),
                    record.trainLoss());
            assertThat(RoundCheck.of(other, model, published, published::update))
                    .filteredOn(line -> !line.agrees())
                    .extracting(RoundCheck.Line::what)
                    .contains("tokens", "weights after", "momentum after");
        }
    }

    @Test
    void requests_forWhatIsNotThere_areAnsweredInWords() throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            for (String path :
                    List.of("/api/rounds/99", "/api/rounds/x", "/api/rounds/3/updates/2", "/api/rounds/5/updates/0")) {
                var answer = http.send(
                        HttpRequest.newBuilder(URI.create(server.url() + path)).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(path).isEqualTo(404);
                assertThat(answer.body()).contains("NOT_FOUND");
            }
        }
    }
}
