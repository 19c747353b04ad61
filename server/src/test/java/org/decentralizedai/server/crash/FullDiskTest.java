package org.decentralizedai.server.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.crash.Story.End;
import org.decentralizedai.server.state.FileGradientLog;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk without room: nothing is acknowledged, nothing half-written stands in the way, and all goes on when there is room. */
final class FullDiskTest {
    private static final int SEGMENT_BYTES = 300;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {Disk.LOG, Disk.DATABASE})
    void diskFull_atEveryUpdate_workerHearsUnavailableAndTheRunIsTheSame(String files) throws IOException {
        Settings settings = TestRun.settings(folder, Story.TASKS);
        var first = List.of(new End(CrashPoint.FIRST_CHECKPOINT, 0, Disk.Left.ALL));
        Path beginning = new Story(place("first"), null, settings, 1, first).beginning();
        var undisturbed = new Story(place("undisturbed"), beginning, settings, 1, List.of()).run();
        var disturbed = new Story(place("disturbed"), beginning, settings, 1, List.of())
                .alwaysFull(files)
                .run();
        assertThat(disturbed).isEqualTo(undisturbed);
    }

    private Path place(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    private static LoggedUpdate update(int round, long task) {
        byte[] encoded = new byte[100];
        new Random(task).nextBytes(encoded);
        return new LoggedUpdate(
                round, new Lease(task, 1), "a", 1, 5, 4, UpdateEncoding.INT8, Slice.WHOLE, new Bytes(encoded));
    }

    private static List<LoggedUpdate> all(GradientLog log) {
        var updates = new ArrayList<LoggedUpdate>();
        log.replay((_, update) -> updates.add(update));
        return updates;
    }

    @Test
    void append_failsBetweenAnyTwo_theOthersAreIntact() {
        var disk = new Disk(folder, new Power(null, 0));
        var appended = new ArrayList<LoggedUpdate>();
        try (var log = new FileGradientLog(folder, SEGMENT_BYTES, disk::open)) {
            for (int task = 0; task < 9; task++) { // also where another file begins
                var update = update(task / 4, task);
                disk.full(Disk.LOG);
                for (int attempt = 0; attempt < 2; attempt++)
                    assertThatThrownBy(() -> log.append(update)).isInstanceOf(UncheckedIOException.class);
                disk.full(null);
                long position = log.append(update);
                appended.add(update);
                assertThat(log.read(position)).isEqualTo(update);
                assertThat(all(log)).isEqualTo(appended);
            }
        }
        try (var log = new FileGradientLog(folder)) {
            assertThat(all(log)).isEqualTo(appended);
        }
    }

    @Test
    void append_failedThenKilled_theHalfIsCutOff() {
        var disk = new Disk(folder, new Power(null, 0));
        try (var log = new FileGradientLog(folder, SEGMENT_BYTES, disk::open)) {
            log.append(update(0, 0));
            disk.full(Disk.LOG);
            assertThatThrownBy(() -> log.append(update(0, 1))).isInstanceOf(UncheckedIOException.class);
        }
        try (var log = new FileGradientLog(folder)) {
            assertThat(all(log)).containsExactly(update(0, 0));
            log.append(update(0, 2));
            assertThat(all(log)).containsExactly(update(0, 0), update(0, 2));
        }
    }

    @Test
    void append_ofAnInterruptedThread_closesTheLogForNobodyElse() {
        try (var log = new FileGradientLog(folder)) {
            log.append(update(0, 0));
            Thread.currentThread().interrupt(); // closes the channel
            assertThatThrownBy(() -> log.append(update(0, 1))).isInstanceOf(UncheckedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            log.append(update(0, 2));
            assertThat(all(log)).containsExactly(update(0, 0), update(0, 2));
        }
    }

    @Test
    void append_toAClosedLog_isRefused() {
        var log = new FileGradientLog(folder);
        log.append(update(0, 0));
        log.close();
        assertThatThrownBy(() -> log.append(update(0, 1))).isInstanceOf(UncheckedIOException.class);
    }

    /** A crash tears the last record only: another damage must not cost those behind it. */
    @Test
    void open_damagedBeforeIntactRecords_isRefused() throws IOException {
        try (var log = new FileGradientLog(folder)) {
            for (int task = 0; task < 3; task++) log.append(update(0, task));
        }
        Path file;
        try (var files = Files.list(folder)) {
            file = files.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1; // in the second
        Files.write(file, bytes);
        assertThatThrownBy(() -> new FileGradientLog(folder)).hasStackTraceContaining("others follow it");
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }
}
