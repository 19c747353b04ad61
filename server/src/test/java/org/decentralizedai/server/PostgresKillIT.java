package org.decentralizedai.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server process on PostgreSQL, and one of the two killed while updates stream in: no accepted one is lost, none counts twice. This
 * PostgreSQL has synchronous_commit = off, as its library sets it: only what the server sets itself makes a commit wait for its log.
 */
final class PostgresKillIT {
    private static final int KILLS = Boolean.getBoolean("slow") ? 5 : 1;

    @TempDir
    Path folder;

    private final UpdateStream updates = new UpdateStream(2);
    private final List<ServerProcess> started = new ArrayList<>();
    private EmbeddedPostgres postgres;

    @BeforeEach
    void startPostgres() throws IOException {
        postgres = postgres(0);
    }

    /** @param port 0 for any. */
    private EmbeddedPostgres postgres(int port) throws IOException {
        var builder = EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("postgres"))
                .setCleanDataDirectory(false);
        if (port != 0) builder.setPort(port);
        return builder.start();
    }

    @AfterEach
    void stop() throws Exception {
        updates.stop();
        started.forEach(ServerProcess::kill);
        postgres.close();
    }

    private ServerProcess run() throws IOException {
        var settings = SettingsFile.with(
                TestRun.settings(folder, 2), Map.of("database", postgres.getJdbcUrl("postgres", "postgres")));
        var server = ServerProcess.start(folder, settings);
        started.add(server);
        return server;
    }

    @Test
    void serverKilled_whileUpdatesStreamIn_everyAcceptedOneIsInItsRoundOnce() throws Exception {
        for (int life = 0; life < KILLS; life++) {
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

    @Test
    void postgresKilled_whileUpdatesStreamIn_everyAcceptedOneIsInItsRoundOnce() throws Exception {
        var server = run();
        updates.start(server.url());
        for (int kill = 0; kill < KILLS; kill++) {
            updates.flow();
            int port = postgres.getPort();
            killPostgres();
            postgres.close(); // what the library holds of it
            postgres = postgres(port);
        }
        updates.flow();
        updates.assertEachIsInTheRecordOfItsRoundOnce(server.url());
    }

    /** As {@code kill -9} of all its processes does. */
    private void killPostgres() throws IOException {
        long pid;
        try (var lines = Files.lines(folder.resolve("postgres").resolve("postmaster.pid"))) {
            pid = Long.parseLong(lines.findFirst().orElseThrow().strip());
        }
        var master = ProcessHandle.of(pid).orElseThrow();
        var all = Stream.concat(Stream.of(master), master.descendants()).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit().join());
    }
}
