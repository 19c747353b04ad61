package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.UNAVAILABLE;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.ServerMessage.UploadFrom;
import org.decentralizedai.wire.VerdictCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL stops under a running server and comes back: updates wait, none is lost, none counts twice, each newcomer's is audited. */
final class DatabaseRestartIT {
    private static final int TASKS = 6;

    @TempDir
    Path folder;

    private EmbeddedPostgres postgres(int port) throws IOException {
        var builder = EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("postgres"))
                .setCleanDataDirectory(false);
        if (port != 0) builder.setPort(port);
        return builder.start();
    }

    @Test
    void databaseStopped_whileUpdatesCome_theRunGoesOn() throws Exception {
        var postgres = postgres(0);
        int port = postgres.getPort();
        try {
            var settings = SettingsFile.with(
                    TestRun.settings(folder, 2),
                    Map.of("auditors", 1, "database", postgres.getJdbcUrl("postgres", "postgres")));
            try (var server = new Server(settings);
                    var worker = TestWorker.join(server.url(), "a")) {
                for (int task = 0; task < TASKS; task++) {
                    int round = task / 2;
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> server.training().status().figures().round() == round);
                    var update = worker.computed(task(worker));
                    boolean begun = task % 2 == 1; // stopped before the upload, or in its midst
                    if (begun) {
                        worker.send(update.begin());
                        assertThat(worker.expect(UploadFrom.class).offset()).isZero();
                    }
                    postgres.close();
                    var again = CompletableFuture.supplyAsync(() -> restarted(port));
                    assertThat(delivered(worker, update, begun)).isEqualTo(ACCEPTED);
                    postgres = again.get();
                }
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> server.training().status().figures().round() == TASKS / 2);
                var figures = server.training().status().figures();
                assertThat(figures.updatesAccepted()).isEqualTo(TASKS);
                assertThat(figures.tokens()).isEqualTo((long) TASKS * TestRun.STEPS.tokens());
                assertThat(figures.updatesRejected()).isEmpty();
                var audits = server.training().audited();
                assertThat(audits.drawn()).isEqualTo(TASKS);
                assertThat(audits.caught()).isZero();
                for (int round = 0; round < TASKS / 2; round++) {
                    var record = RoundRecord.read(server.training()
                            .records()
                            .find(round)
                            .orElseThrow()
                            .array());
                    assertThat(record.updates())
                            .extracting(RoundRecord.Update::task)
                            .containsExactly(2L * round, 2L * round + 1);
                }
            }
        } finally {
            postgres.close();
        }
    }

    private EmbeddedPostgres restarted(int port) {
        try {
            return postgres(port);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Rounds change when their audits are done, so that a task may come after the answer that there is none. */
    private static GradientTask task(TestWorker worker) throws InterruptedException {
        worker.send(new ClientMessage.TaskRequest());
        while (true) if (worker.next() instanceof GradientTask task) return task;
    }

    private static VerdictCode delivered(TestWorker worker, TestWorker.Computed update, boolean begun)
            throws InterruptedException {
        if (begun) {
            worker.chunks(update.begin(), update.encoded().array(), 0);
            var verdict = worker.verdict();
            if (verdict.code() != UNAVAILABLE) return verdict.code();
        }
        return await().pollInterval(Duration.ofMillis(200)) // while the server is not alone it answers at once
                .atMost(Duration.ofSeconds(60))
                .dontCatchUncaughtExceptions() // the judge's, who can't write down that it could not score
                .until(
                        () -> worker.deliver(update.begin(), update.encoded().array())
                                .code(),
                        code -> code != UNAVAILABLE);
    }
}
