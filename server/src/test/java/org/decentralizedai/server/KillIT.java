package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;
import static org.decentralizedai.wire.VerdictCode.DUPLICATE;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as a process of its own, killed as {@code kill -9} does. */
final class KillIT {
    @TempDir
    Path folder;

    private final UpdateStream updates = new UpdateStream(1);
    private final List<ServerProcess> started = new ArrayList<>();

    @AfterEach
    void stop() throws InterruptedException {
        updates.stop();
        started.forEach(ServerProcess::kill);
    }

    private ServerProcess run() throws IOException {
        var server = ServerProcess.start(folder, TestRun.settings(folder, 2));
        started.add(server);
        return server;
    }

    @Test
    void killed_inMidRound_nothingAcknowledgedIsLost() throws Exception {
        var first = run();
        byte[] update = TestWorker.flat(1e-3f);
        try (var a = TestWorker.join(first.url(), "a");
                var b = TestWorker.join(first.url(), "b")) {
            assertThat(a.deliver(a.task(), update).code()).isEqualTo(ACCEPTED);
            assertThat(b.deliver(b.task(), update).code()).isEqualTo(ACCEPTED);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> UpdateStream.figures(first.url()).get("round").asInt() == 1);
            var done = a.task();
            assertThat(a.deliver(done, update).code()).isEqualTo(ACCEPTED);
            var open = b.task();
            var before = UpdateStream.figures(first.url());
            first.kill();

            var second = run();
            var after = UpdateStream.figures(second.url());
            assertThat(after.get("run")).isEqualTo(before.get("run"));
            assertThat(after.get("round")).isEqualTo(before.get("round"));
            assertThat(after.get("checkpoint")).isEqualTo(before.get("checkpoint"));
            assertThat(after.get("updatesAccepted").asLong()).isEqualTo(3);
            try (var a2 = TestWorker.join(second.url(), "a");
                    var b2 = TestWorker.join(second.url(), "b")) {
                assertThat(a2.deliver(done, update).code()).isEqualTo(ACCEPTED); // as before; it counts once
                assertThat(a2.deliver(done, TestWorker.flat(2e-3f)).code()).isEqualTo(DUPLICATE);
                assertThat(UpdateStream.figures(second.url())
                                .get("updatesAccepted")
                                .asLong())
                        .isEqualTo(3);
                assertThat(b2.deliver(open, update).code()).isEqualTo(ACCEPTED); // its lease is still its own
                await().atMost(Duration.ofSeconds(60))
                        .until(() ->
                                UpdateStream.figures(second.url()).get("round").asInt() == 2);
            }
        }
    }

    @Test
    void killedAgainAndAgain_whileUpdatesStreamIn_everyAcceptedOneIsInItsRoundOnce() throws Exception {
        int kills = Boolean.getBoolean("slow") ? 8 : 2;
        for (int life = 0; life < kills; life++) {
            var server = run();
            updates.start(server.url());
            updates.flow();
            server.kill();
            updates.stop();
        }
        var last = run();
        updates.start(last.url());
        updates.flow();
        updates.assertEachIsInTheRecordOfItsRoundOnce(last.url());
    }
}
