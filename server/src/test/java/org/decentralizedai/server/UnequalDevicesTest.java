package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.Speeds;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.IdleReason;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.VerdictCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that audits everything, and workers whose devices are not alike. */
class UnequalDevicesTest {
    private static final int TASK_SECONDS = 60;
    private static final LocalSteps STEPS = new LocalSteps(8, 8, 4, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final Recipe RECIPE = new Recipe(
                    STEPS,
                    RateSchedule.CONSTANT,
                    2,
                    4,
                    1,
                    0.5,
                    UpdateEncoding.INT8,
                    1,
                    0,
                    false,
                    UpdateEncoding.INT8,
                    null,
                    35,
                    90)
            .withTaskSeconds(TASK_SECONDS);

    @TempDir
    Path folder;

    private Server server;

    @BeforeEach
    void start() throws Exception {
        server = new Server(SettingsFile.with(TestRun.settings(folder, 2), Map.of("auditors", 1, "recipe", RECIPE)));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Of a device that trains so many windows in the time of a task. */
    private TestWorker join(String name, double windows) throws InterruptedException {
        double flops = windows * STEPS.context() * TestRun.MODEL.trainingFlopsPerToken() / TASK_SECONDS;
        return TestWorker.join(server.url(), name, 1e-9 * flops / Speeds.EFFICIENCY);
    }

    private static void assertSize(GradientTask task, int steps, int batch) {
        assertThat(task.steps().steps()).isEqualTo(steps);
        assertThat(task.steps().batch()).isEqualTo(batch);
        assertThat(task.data().count()).isEqualTo(steps * batch);
    }

    @Test
    void request_devicesOfManySpeeds_getWhatFits() throws Exception {
        try (var fast = join("fast", 1000);
                var slow = join("slow", 16);
                var slower = join("slower", 3);
                var hopeless = join("hopeless", 1)) {
            assertSize(fast.task(), 8, 8);
            assertSize(slow.task(), 8, 2);
            assertSize(slower.task(), 3, 1);
            hopeless.send(new ClientMessage.TaskRequest());
            assertThat(hopeless.expect(ServerMessage.Idle.class).reason()).isEqualTo(IdleReason.DEVICE_TOO_SLOW);
        }
    }

    @Test
    void request_afterATask_isSizedByWhatThatTook_alsoInTheNextVisit() throws Exception {
        try (var worker = join("worker", 16)) {
            var first = worker.task();
            assertSize(first, 8, 2);
            assertThat(worker.train(first).code()).as("in a second, it says").isEqualTo(VerdictCode.ACCEPTED);
            assertSize(worker.task(), 8, 8);
        }
        try (var again = join("worker", 16)) {
            assertSize(again.task(), 8, 8);
        }
    }

    @Test
    void update_ofSomeSteps_countsForThose_agreesWithItsAudit_andLeavesTheRest() throws Exception {
        try (var leaver = join("leaver", 1000);
                var other = join("other", 1000)) {
            var task = leaver.task();
            var verdict = leaver.train(task, 3);
            assertThat(verdict.code()).isEqualTo(VerdictCode.ACCEPTED);
            assertThat(verdict.acceptedTokens()).isEqualTo(3 * 8 * 16);
            var rest = other.task();
            assertSize(rest, 8, 8);
            assertThat(rest.data().shard()).isEqualTo(task.data().shard());
            assertThat(rest.data().first()).isEqualTo(task.data().first() + 3 * 8);
            assertThat(other.train(rest).code()).isEqualTo(VerdictCode.ACCEPTED);
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            server.training().rounds().current().orElseThrow().number() == 1);
            assertThat(server.training().audited().agreed()).isEqualTo(2);
            assertThat(server.training().rounds().current().orElseThrow().tokens())
                    .isEqualTo(3 * 8 * 16 + STEPS.tokens());
            var next = task(leaver); // in rounds that last a second, less than a whole one
            assertThat(next.data().shard()).isEqualTo(task.data().shard());
            assertThat(next.data().first())
                    .as("nothing twice")
                    .isEqualTo(task.data().first() + (3 + 8) * 8);
        }
    }

    private int round() {
        return server.training().rounds().current().orElseThrow().number();
    }

    private void awaitRound(int number) {
        await().atMost(Duration.ofSeconds(60)).until(() -> round() == number);
    }

    @Test
    void round_underASlowDevice_isClosed_itsUpdateCountsLater_andTasksFitTheRounds() throws Exception {
        try (var slow = join("slow", 16);
                var fast = join("fast", 1000);
                var late = join("late", 16)) {
            var first = slow.task();
            assertSize(first, 8, 2);
            for (int number = 1; number <= 2; number++) {
                for (int i = 0; i < 2; i++)
                    assertThat(fast.train(task(fast)).code()).isEqualTo(VerdictCode.ACCEPTED);
                awaitRound(number);
            }
            var short1 = task(late);
            assertThat(short1.data().count()).as("rounds do not last a minute").isLessThan(16);
            long before = server.training().rounds().current().orElseThrow().tokens();
            assertThat(before).isEqualTo(4L * STEPS.tokens());
            assertThat(slow.train(first).code()).isEqualTo(VerdictCode.ACCEPTED);
            for (int i = 0; i < 2; i++)
                assertThat(fast.train(task(fast)).code()).isEqualTo(VerdictCode.ACCEPTED);
            awaitRound(3);
            assertThat(server.training().rounds().current().orElseThrow().tokens())
                    .as("both, and the slow one's")
                    .isEqualTo(6L * STEPS.tokens() + first.steps().tokens());
        }
    }

    /** Asked for while rounds change, a task may come a moment after the answer that there is none. */
    private static GradientTask task(TestWorker worker) throws InterruptedException {
        worker.send(new ClientMessage.TaskRequest());
        while (true) if (worker.next() instanceof GradientTask task) return task;
    }

    @Test
    void update_ofMoreStepsThanTheTaskHas_isImplausible() throws Exception {
        try (var worker = join("worker", 16)) {
            var task = worker.task();
            byte[] update = TestWorker.flat(1e-3f);
            assertThat(worker.deliver(TestWorker.begin(task, 9, update), update).code())
                    .isEqualTo(VerdictCode.IMPLAUSIBLE);
        }
    }
}
