package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.credit.CreditRule;
import org.decentralizedai.server.credit.Epoch;
import org.decentralizedai.server.state.EventLedger.Event;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.VerdictCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that computes updates again, and workers that lie to it. */
class CheatingTest {
    @TempDir
    Path folder;

    private Server server(int tasks) throws IOException {
        return new Server(SettingsFile.with(TestRun.settings(folder, tasks), Map.of("auditors", 1)));
    }

    private static void awaitRound(Server server, int number) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.training().rounds().current().orElseThrow().number() >= number);
    }

    /** Asked for while rounds change, a task may come a moment after the answer that there is none. */
    private static GradientTask task(TestWorker worker) throws InterruptedException {
        worker.send(new ClientMessage.TaskRequest());
        while (true) if (worker.next() instanceof GradientTask task) return task;
    }

    @Test
    void honestWorkers_withOtherKernels_agree() throws Exception {
        try (var server = server(2);
                var one = TestWorker.join(server.url(), "one");
                var other = TestWorker.join(server.url(), "other")) {
            for (int round = 0; round < 3; round++) {
                assertThat(one.train(task(one)).code()).isEqualTo(VerdictCode.ACCEPTED);
                assertThat(other.train(task(other)).code()).isEqualTo(VerdictCode.ACCEPTED);
                awaitRound(server, round + 1);
            }
            var counts = server.training().audited();
            assertThat(counts.drawn()).as("newcomers' tasks, all").isEqualTo(6);
            assertThat(counts.agreed()).isEqualTo(6);
            assertThat(counts.caught()).isZero();
        }
    }

    @Test
    void liar_isToldThanksAndCaught_andItsUpdateDoesNotCount() throws Exception {
        try (var server = server(2);
                var honest = TestWorker.join(server.url(), "honest");
                var liar = TestWorker.join(server.url(), "liar")) {
            assertThat(honest.train(task(honest)).code()).isEqualTo(VerdictCode.ACCEPTED);
            assertThat(liar.deliver(task(liar), TestWorker.flat(1e-3f)).code())
                    .as("nothing tells it that it is looked at")
                    .isEqualTo(VerdictCode.ACCEPTED);
            awaitRound(server, 1);
            var counts = server.training().audited();
            assertThat(counts.caught()).isEqualTo(1);
            assertThat(counts.agreed()).isEqualTo(1);
            assertThat(server.training().events().newest(5).stream().map(Event::kind))
                    .contains("CHEAT_FOUND");
            var record = server.training().records().find(0).orElseThrow();
            assertThat(RoundRecord.read(record.array()).updates())
                    .as("the auditor's counts instead of the liar's")
                    .extracting(RoundRecord.Update::worker)
                    .hasSize(2)
                    .contains("auditor");
            long task = CreditRule.of(TestRun.MODEL).microCredits(TestRun.STEPS.tokens());
            var credits = server.training().credits();
            assertThat(credits.pool(Epoch.at(System.currentTimeMillis())))
                    .as("forfeited")
                    .isEqualTo(task);
        }
    }

    /** Of the next round on another recipe holds: an audit computes what was given out. */
    @Test
    void recipe_givenInMidRound_holdsFromTheNextRoundOn() throws Exception {
        var settings = SettingsFile.with(TestRun.settings(folder, 2), Map.of("auditors", 1));
        var old = TestRun.recipe(2);
        try (var server = new Server(settings);
                var one = TestWorker.join(server.url(), "one")) {
            assertThat(one.train(task(one)).code()).isEqualTo(VerdictCode.ACCEPTED);
        }
        var steps = new LocalSteps(3, 4, 4, 16, 2e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
        var recipe = new Recipe(
                steps,
                RateSchedule.CONSTANT,
                2,
                2,
                1,
                0.5,
                UpdateEncoding.SIGN,
                1,
                0,
                false,
                UpdateEncoding.INT8,
                null,
                30,
                60);
        try (var server = new Server(SettingsFile.with(settings, Map.of("recipe", recipe)));
                var one = TestWorker.join(server.url(), "one");
                var other = TestWorker.join(server.url(), "other")) {
            var rest = task(other);
            assertThat(rest.steps()).isEqualTo(old.steps());
            assertThat(other.train(rest).code()).isEqualTo(VerdictCode.ACCEPTED);
            awaitRound(server, 1);
            assertThat(RoundRecord.read(server.training()
                                    .records()
                                    .find(0)
                                    .orElseThrow()
                                    .array())
                            .recipe())
                    .isEqualTo(old);
            for (var worker : List.of(one, other)) {
                var task = task(worker);
                assertThat(task.steps()).isEqualTo(steps);
                assertThat(task.form().encoding()).isEqualTo(UpdateEncoding.SIGN);
                assertThat(worker.train(task).code()).isEqualTo(VerdictCode.ACCEPTED);
            }
            awaitRound(server, 2);
            var counts = server.training().audited();
            assertThat(counts.agreed()).isEqualTo(4);
            assertThat(counts.caught()).isZero();
        }
    }

    @Test
    void feedback_withAuditors_isRefusedWithASentence() throws Exception {
        var recipe = new Recipe(
                TestRun.STEPS,
                RateSchedule.CONSTANT,
                2,
                2,
                1,
                0.5,
                UpdateEncoding.INT8,
                1,
                0.9,
                false,
                UpdateEncoding.INT8,
                null,
                30,
                60);
        var settings = SettingsFile.with(TestRun.settings(folder, 2), Map.of("auditors", 1, "recipe", recipe));
        assertThatThrownBy(() -> new Server(settings)).hasMessageContaining("cannot be audited");
    }
}
