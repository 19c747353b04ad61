package org.decentralizedai.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.server.train.RoundRecord.Correction;
import org.decentralizedai.server.train.RoundRecord.Earlier;
import org.decentralizedai.server.train.RoundRecord.Files;
import org.decentralizedai.server.train.RoundRecord.Update;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run with a correction, verified by a stranger, who is lied to. Round 0 is honest, in round 1 a liar is found. */
final class VerifyTamperedRoundTest {
    private static final int HONEST = 0, CORRECTED = 1;

    @TempDir
    static Path folder;

    private static Server server;
    private TamperedSite site;

    @BeforeAll
    static void train() throws Exception {
        server = new Server(SettingsFile.with(TestRun.settings(folder, 2), Map.of("auditors", 1)));
        try (var honest = TestWorker.join(server.url(), "honest");
                var liar = TestWorker.join(server.url(), "liar")) {
            for (var worker : List.of(honest, liar))
                assertThat(worker.train(task(worker)).code()).isEqualTo(ACCEPTED);
            awaitRound(1);
            assertThat(honest.train(task(honest)).code()).isEqualTo(ACCEPTED);
            assertThat(liar.deliver(task(liar), TestWorker.flat(1e-3f)).code()).isEqualTo(ACCEPTED);
            awaitRound(2);
        }
    }

    private static GradientTask task(TestWorker worker) throws InterruptedException {
        worker.send(new ClientMessage.TaskRequest());
        while (true) if (worker.next() instanceof GradientTask task) return task;
    }

    private static void awaitRound(int number) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.training().rounds().current().orElseThrow().number() >= number);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void publish() throws IOException {
        site = new TamperedSite(server.url());
    }

    @AfterEach
    void close() {
        site.close();
    }

    private record Result(int code, String said) {}

    private Result verify(int round) {
        var said = new StringWriter();
        var writer = new PrintWriter(said);
        int code = VerifyRoundMain.command()
                .setOut(writer)
                .setErr(writer)
                .execute("--server", site.url(), "--round", String.valueOf(round));
        return new Result(code, said.toString());
    }

    private void assertDiffers(int round, String what) {
        var result = verify(round);
        assertThat(result.said()).contains("DIFFERS  " + what).contains("does NOT give what was published");
        assertThat(result.code()).isEqualTo(1);
    }

    private static RoundRecord record(int round) {
        return RoundRecord.read(
                server.training().records().find(round).orElseThrow().array());
    }

    private static RoundRecord changed(
            RoundRecord record, long tokensBefore, List<Earlier> earlier, List<Correction> corrections, Files after) {
        return new RoundRecord(
                record.format(),
                record.run(),
                record.round(),
                record.recipe(),
                tokensBefore,
                record.before(),
                record.updates(),
                earlier,
                corrections,
                after,
                record.tokens(),
                record.trainLoss());
    }

    private static RoundRecord corrected(Correction correction) {
        var record = record(CORRECTED);
        return changed(
                record, record.tokensBefore(), record.earlier(), List.of(correction), requireNonNull(record.after()));
    }

    private static Update by(String worker, Update update) {
        return new Update(
                update.task(),
                update.late(),
                update.unproven(),
                update.fence(),
                worker,
                update.tokens(),
                update.firstLoss(),
                update.lastLoss(),
                update.encoding(),
                update.part(),
                update.parts(),
                update.bytes(),
                update.sha256());
    }

    @Test
    void roundWithACorrection_computedAgain_givesTheSameBytes() {
        var corrections = record(CORRECTED).corrections();
        assertThat(corrections).hasSize(1);
        assertThat(server.training().audited().caught()).isEqualTo(1);
        assertThat(corrections.getFirst().share()).isPositive();
        for (int round : new int[] {HONEST, CORRECTED}) {
            var result = verify(round);
            assertThat(result.code()).as(result.said()).isZero();
        }
        assertThat(verify(CORRECTED).said())
                .contains("equal    correction of task ")
                .contains("equal    earlier update 1")
                .contains("equal    weights before, as after the step of round 0")
                .contains("equal    weights after");
    }

    @Test
    void correctionLeftOut_isSeenInTheWeights() throws IOException {
        var record = record(CORRECTED);
        site.publish(
                CORRECTED,
                changed(record, record.tokensBefore(), record.earlier(), List.of(), requireNonNull(record.after())));
        assertDiffers(CORRECTED, "weights after");
    }

    @Test
    void recordIsNotTheListedOne_isRefused() {
        var hash = server.training().records().newest(9).get(CORRECTED);
        site.lie("/shards/" + hash, "{}".getBytes(StandardCharsets.UTF_8));
        var result = verify(CORRECTED);
        assertThat(result.said()).contains("does not have this hash");
        assertThat(result.code()).isEqualTo(2);
    }

    @Test
    void listHasTheRecordOfAnotherRound_isRefused() throws IOException {
        Sha256 other = requireNonNull(server.training().records().newest(9).get(HONEST));
        site.list(CORRECTED, other);
        var result = verify(CORRECTED);
        assertThat(result.said()).contains("the list has the record of round 0 for round 1");
        assertThat(result.code()).isEqualTo(2);
    }

    @Test
    void roundThatIsNotListed_isRefused() {
        var result = verify(7);
        assertThat(result.said()).contains("round 7 is not in the list");
        assertThat(result.code()).isEqualTo(2);
    }

    @Test
    void roundBefore_endedElsewhere_isSeen() throws IOException {
        var record = record(HONEST);
        site.publish(
                HONEST,
                changed(record, record.tokensBefore(), record.earlier(), record.corrections(), record.before()));
        assertDiffers(CORRECTED, "weights before, as after the step of round 0");
    }

    @Test
    void tokensBefore_areNotThoseOfTheRoundBefore_isSeen() throws IOException {
        var record = record(CORRECTED);
        site.publish(
                CORRECTED, changed(record, 0, record.earlier(), record.corrections(), requireNonNull(record.after())));
        assertDiffers(CORRECTED, "tokens before");
    }

    @Test
    void updatesThatNoneMayCopy_leftOut_isSeen() throws IOException {
        var record = record(CORRECTED);
        site.publish(
                CORRECTED,
                changed(
                        record,
                        record.tokensBefore(),
                        List.of(),
                        record.corrections(),
                        requireNonNull(record.after())));
        assertDiffers(CORRECTED, "updates of round 0 that none may copy");
    }

    @Test
    void updateThatNoneMayCopy_isAnother_isSeen() throws IOException {
        var record = record(CORRECTED);
        var first = record.earlier().getFirst();
        var other = new Earlier(first.round(), first.place(), by("somebody", first.update()));
        site.publish(
                CORRECTED,
                changed(
                        record,
                        record.tokensBefore(),
                        List.of(other, record.earlier().getLast()),
                        record.corrections(),
                        requireNonNull(record.after())));
        assertDiffers(CORRECTED, "earlier update 0");
    }

    @Test
    void correctionOfAnUpdateThatWasNotThere_isSeen() throws IOException {
        var correction = record(CORRECTED).corrections().getFirst();
        var of = correction.of();
        var other = new Earlier(of.round(), of.place(), by("somebody", of.update()));
        site.publish(CORRECTED, corrected(new Correction(other, correction.share())));
        assertDiffers(CORRECTED, "correction of task " + of.update().task() + ", as in round 0");
    }

    @Test
    void correctionOfItsOwnRound_isSeen() throws IOException {
        var correction = record(CORRECTED).corrections().getFirst();
        var own = record(CORRECTED).updates().getFirst();
        site.publish(CORRECTED, corrected(new Correction(new Earlier(CORRECTED, 0, own), correction.share())));
        assertDiffers(CORRECTED, "correction of task " + own.task() + ", of one of the last 4 rounds");
    }

    @Test
    void correctionTwice_isSeen() throws IOException {
        var record = record(CORRECTED);
        var correction = record.corrections().getFirst();
        site.publish(
                CORRECTED,
                changed(
                        record,
                        record.tokensBefore(),
                        record.earlier(),
                        List.of(correction, correction),
                        requireNonNull(record.after())));
        assertDiffers(
                CORRECTED, "correction of task " + correction.of().update().task() + ", taken back once");
    }

    /** On trust: of whom it was said to be unproven, and the share that a correction had. Only the bytes show that they were used. */
    @Test
    void shareOfACorrection_changed_isSeenInTheWeights() throws IOException {
        var correction = record(CORRECTED).corrections().getFirst();
        site.publish(CORRECTED, corrected(new Correction(correction.of(), 2 * correction.share())));
        assertDiffers(CORRECTED, "weights after");
    }
}
