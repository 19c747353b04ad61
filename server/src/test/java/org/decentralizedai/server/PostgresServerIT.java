package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server whose state is in PostgreSQL. */
final class PostgresServerIT {
    private static final byte[] UPDATE = TestWorker.flat(1e-3f);

    @TempDir
    Path folder;

    @Test
    void rounds_goOn_andSurviveARestart() throws Exception {
        try (var postgres = EmbeddedPostgres.start()) {
            var settings = SettingsFile.with(
                    TestRun.settings(folder, 2), Map.of("database", postgres.getJdbcUrl("postgres", "postgres")));
            String checkpoint;
            try (var server = new Server(settings)) {
                train(server, 2);
                awaitRound(server, 1);
                train(server, 1);
                checkpoint = server.training().status().figures().checkpoint();
            }
            try (var server = new Server(settings)) {
                var figures = server.training().status().figures();
                assertThat(figures.round()).isEqualTo(1);
                assertThat(figures.checkpoint()).isEqualTo(checkpoint);
                assertThat(figures.updatesAccepted()).isEqualTo(3);
                train(server, 1);
                awaitRound(server, 2);
            }
        }
    }

    private static void awaitRound(Server server, int number) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.training().status().figures().round() == number);
    }

    private static void train(Server server, int tasks) throws InterruptedException {
        try (var worker = TestWorker.join(server.url(), "a")) {
            for (int i = 0; i < tasks; i++)
                assertThat(worker.deliver(worker.task(), UPDATE).code()).isEqualTo(ACCEPTED);
        }
    }
}
