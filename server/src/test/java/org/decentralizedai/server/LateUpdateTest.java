package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server with an auditor, and a worker that is slower than the others. */
final class LateUpdateTest {
    private static final Recipe RECIPE = TestRun.recipe(2, 4, UpdateEncoding.INT8);

    @TempDir
    Path folder;

    private Settings settings;

    @BeforeEach
    void prepare() throws Exception {
        settings = SettingsFile.with(TestRun.settings(folder, RECIPE), Map.of("auditors", 1));
    }

    private static GradientTask task(TestWorker worker) throws InterruptedException {
        worker.send(new ClientMessage.TaskRequest());
        while (true) if (worker.next() instanceof GradientTask task) return task;
    }

    private static void awaitRound(Server server, int number) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.training().rounds().current().orElseThrow().number() == number);
    }

    private static RoundRecord record(Server server, int round) {
        var json = server.training().records().find(round).orElseThrow();
        return RoundRecord.read(json.array());
    }

    /** The three take a task each and deliver it. */
    private static void round(List<TestWorker> workers) throws Exception {
        var tasks = new ArrayList<GradientTask>();
        for (var worker : workers) tasks.add(task(worker));
        for (int i = 0; i < tasks.size(); i++)
            assertThat(workers.get(i).train(tasks.get(i)).code()).isEqualTo(ACCEPTED);
    }

    private void verify(Server server, int round) {
        var said = new StringWriter();
        var writer = new PrintWriter(said);
        int code = VerifyRoundMain.command()
                .setOut(writer)
                .setErr(writer)
                .execute("--server", server.url(), "--round", String.valueOf(round));
        assertThat(code).as(said.toString()).isZero();
    }

    @Test
    void lateUpdate_isAuditedByItsOwnCheckpoint_andItsRoundIsVerified() throws Exception {
        try (var server = new Server(settings);
                var a = TestWorker.join(server.url(), "a");
                var b = TestWorker.join(server.url(), "b");
                var c = TestWorker.join(server.url(), "c");
                var slow = TestWorker.join(server.url(), "slow")) {
            var late = task(slow);
            round(List.of(a, b, c));
            awaitRound(server, 1);
            assertThat(slow.quiet()).as("it is not cancelled").isTrue();
            assertThat(slow.train(late).code()).isEqualTo(ACCEPTED);
            round(List.of(a, b, c));
            awaitRound(server, 2);
            assertThat(record(server, 0).updates()).hasSize(3);
            assertThat(record(server, 1).updates())
                    .extracting(RoundRecord.Update::late)
                    .containsExactly(1, 0, 0, 0);
            assertThat(record(server, 1).updates().getFirst().task())
                    .isEqualTo(late.lease().taskId());
            verify(server, 0);
            verify(server, 1);
            var counts = server.training().audited();
            assertThat(counts.agreed()).isEqualTo(7);
            assertThat(counts.caught()).isZero();
        }
    }

    /** All updates are as long as each other and there is no momentum, so that nothing but age weighs. */
    @Test
    void lateUpdate_countsByItsAge() throws Exception {
        settings = TestRun.settings(folder, TestRun.plain(2, 4));
        try (var server = new Server(settings);
                var a = TestWorker.join(server.url(), "a");
                var b = TestWorker.join(server.url(), "b");
                var c = TestWorker.join(server.url(), "c");
                var slow = TestWorker.join(server.url(), "slow")) {
            var late = task(slow);
            flat(List.of(a, b, c));
            awaitRound(server, 1);
            assertThat(slow.deliver(late, TestWorker.flat(-1e-3f)).code()).isEqualTo(ACCEPTED);
            float[] before = flat(List.of(a, b, c));
            awaitRound(server, 2);
            float[] after = a.weights(task(a));
            double age = Math.exp(-0.5) * (1 + Math.cos(Math.PI / 4)) / 2; // 0.52
            double mean = (3 - age) / (3 + age) * 1e-3;
            for (int i = 0; i < after.length; i++)
                assertThat((double) before[i] - after[i]).isCloseTo(mean, within(2e-6));
        }
    }

    /** The three take a task each and lie. @return from these weights */
    private static float[] flat(List<TestWorker> workers) throws Exception {
        var tasks = new ArrayList<GradientTask>();
        for (var worker : workers) tasks.add(task(worker));
        float[] weights = workers.getFirst().weights(tasks.getFirst());
        for (int i = 0; i < tasks.size(); i++)
            assertThat(workers.get(i)
                            .deliver(tasks.get(i), TestWorker.flat(1e-3f))
                            .code())
                    .isEqualTo(ACCEPTED);
        return weights;
    }

    @Test
    void lateLiar_isCaught_andTheAuditorsUpdateCounts() throws Exception {
        try (var server = new Server(settings);
                var a = TestWorker.join(server.url(), "a");
                var b = TestWorker.join(server.url(), "b");
                var c = TestWorker.join(server.url(), "c");
                var slow = TestWorker.join(server.url(), "slow")) {
            var late = task(slow);
            round(List.of(a, b, c));
            awaitRound(server, 1);
            assertThat(slow.deliver(late, TestWorker.flat(1e-3f)).code()).isEqualTo(ACCEPTED);
            round(List.of(a, b, c));
            awaitRound(server, 2);
            assertThat(server.training().audited().caught()).isEqualTo(1);
            var update = record(server, 1).updates().getFirst();
            assertThat(update.worker()).isEqualTo("auditor");
            assertThat(update.late()).isEqualTo(1);
            verify(server, 1);
        }
    }

    /** The server is started again in the next round: plans of the rounds before are made again. */
    @Test
    void lateUpdate_afterARestart_isTakenAndAudited() throws Exception {
        GradientTask late;
        try (var server = new Server(settings);
                var a = TestWorker.join(server.url(), "a");
                var b = TestWorker.join(server.url(), "b");
                var c = TestWorker.join(server.url(), "c");
                var slow = TestWorker.join(server.url(), "slow")) {
            late = task(slow);
            round(List.of(a, b, c));
            awaitRound(server, 1);
        }
        try (var server = new Server(settings);
                var a = TestWorker.join(server.url(), "a");
                var b = TestWorker.join(server.url(), "b");
                var c = TestWorker.join(server.url(), "c");
                var slow = TestWorker.join(server.url(), "slow")) {
            assertThat(slow.train(late).code()).isEqualTo(ACCEPTED);
            round(List.of(a, b, c));
            awaitRound(server, 2);
            assertThat(record(server, 1).updates())
                    .extracting(RoundRecord.Update::late)
                    .contains(1);
            assertThat(server.training().audited().caught()).isZero();
            verify(server, 1);
        }
    }
}
