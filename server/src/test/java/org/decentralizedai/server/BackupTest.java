package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupTest {
    @TempDir
    Path folder;

    /** The restored half of the round and the live one, given the same last update, must make the same checkpoint. */
    @Test
    void backup_inMidRound_restoresTheRoundToTheSameBytes() throws Exception {
        var settings = TestRun.settings(folder, 3);
        Path copy;
        String before, after;
        try (var server = new Server(settings)) {
            for (int i = 1; i <= 3; i++) deliver(server, 1e-4f * i);
            checkpointOfRound(server, 1); // from here on there are a momentum and a carry
            deliver(server, 1e-3f);
            deliver(server, -2e-3f);
            before = server.training().status().figures().checkpoint();
            copy = backup(server);
            deliver(server, 3e-3f);
            after = checkpointOfRound(server, 2);
            assertThat(after).isNotEqualTo(before);
        }
        try (var restored = new Server(SettingsFile.with(settings, Map.of("data", copy.toString())))) {
            var figures = restored.training().status().figures();
            assertThat(figures.round()).isEqualTo(1);
            assertThat(figures.checkpoint()).isEqualTo(before);
            assertThat(figures.updatesAccepted()).isEqualTo(5);
            deliver(restored, 3e-3f);
            assertThat(checkpointOfRound(restored, 2)).isEqualTo(after);
        }
    }

    private static void deliver(Server server, float value) throws InterruptedException {
        try (var worker = TestWorker.join(server.url(), "worker")) {
            assertThat(worker.deliver(worker.task(), TestWorker.flat(value)).code())
                    .isEqualTo(ACCEPTED);
        }
    }

    private static String checkpointOfRound(Server server, int round) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.training().status().figures().round() == round);
        return server.training().status().figures().checkpoint();
    }

    private Path backup(Server server) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(server.url() + "/admin/backup"))
                .header("Authorization", "Bearer " + Files.readString(folder.resolve("data/admin-token")))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        try (var http = HttpClient.newHttpClient()) {
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
        try (var backups = Files.list(folder.resolve("data/backups"))) {
            return backups.findFirst().orElseThrow();
        }
    }
}
