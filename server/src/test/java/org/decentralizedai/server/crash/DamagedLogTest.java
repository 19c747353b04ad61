package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.TestRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log without an update that was acknowledged: no run goes on without it. */
final class DamagedLogTest {
    @TempDir
    Path folder;

    private Settings settings;
    private Disk disk;

    @BeforeEach
    void acceptOneUpdate() throws IOException {
        settings = TestRun.settings(folder.resolve("run"), Story.TASKS);
        disk = new Disk(Files.createDirectory(folder.resolve("disk")), new Power(null, 0));
        var power = new Power(null, 0);
        var coordinator = new Coordinator(disk, power, settings, 1);
        coordinator.work();
        var volunteer = new Volunteer("a", 1, _ -> {});
        volunteer.connect(coordinator, power);
        assertThat(volunteer.act()).isEmpty();
        assertThat(volunteer.act()).isPresent();
        coordinator.close();
    }

    private void start() {
        new Coordinator(disk, new Power(null, 0), settings, 1).close();
    }

    private Path log() throws IOException {
        try (var files = Files.list(disk.updates())) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void start_logIntact_goesOn() {
        start();
    }

    /** It looks as a crash would leave it; only the database knows better. */
    @Test
    void start_lastRecordDamaged_isRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(log());
        bytes[bytes.length - 1] ^= 1;
        Files.write(log(), bytes);
        assertThatThrownBy(this::start).hasMessageContaining("task 0").hasMessageContaining("not in the update log");
    }

    @Test
    void start_logGone_isRefused() throws IOException {
        Files.delete(log());
        assertThatThrownBy(this::start).hasMessageContaining("not in the update log");
    }
}
