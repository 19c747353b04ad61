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
import org.junit.jupiter.params.provider.EnumSource;

/** A disk without room: nothing is acknowledged, nothing half-written stands in the way, and all goes on when there is room. */
final class FullDiskTest {
    private static final int SEGMENT_BYTES = 300;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void diskFull_atEveryUpdateAndWheneverARoundCloses_theRunIsTheSame(Disk.Part part) throws IOException {
        Settings settings = TestRun.settings(folder, Story.TASKS);
        var first = List.of(new End(CrashPoint.FIRST_CHECKPOINT, 0, Disk.Left.ALL));
        Path beginning = new Story(place("first"), null, settings, 1, 0, first).beginning();
        var undisturbed = new Story(place("undisturbed"), beginning, settings, 1, 0, List.of()).run();
        var disturbed = new Story(place("disturbed"), beginning, settings, 1, 0, List.of())
                .alwaysFull(part)
                .run();
        assertThat(disturbed).isEqualTo(undisturbed);
    }

    private Path place(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    private static LoggedUpdate update(int round, long task) {
        return update(round, task, 100);
    }

    private static LoggedUpdate update(int round, long task, int bytes) {
        byte[] encoded = new byte[bytes];
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
                disk.full(Disk.Part.LOG);
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
            disk.full(Disk.Part.LOG);
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

    /** A crash tears the last record only: another damage must not cost those behind it, whatever byte it hits. */
    @Test
    void open_anyByteBeforeTheLastRecordDamaged_isRefused() throws IOException {
        long last = 0;
        try (var log = new FileGradientLog(folder)) {
            for (int task = 0; task < 3; task++)
                last = log.append(update(3, task).countedIn(5));
        }
        var file = onlyFile();
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < last; at++) {
            for (int bit : new int[] {1, 0x80}) {
                byte[] bytes = whole.clone();
                bytes[at] ^= (byte) bit;
                Files.write(file, bytes);
                assertThatThrownBy(() -> new FileGradientLog(folder))
                        .as("byte " + at)
                        .hasStackTraceContaining("others follow it");
                assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
            }
        }
    }

    /** As far behind as the search reads at once, and farther. */
    @Test
    void open_recordBehindALongDamagedOne_isRefused() throws IOException {
        try (var log = new FileGradientLog(folder)) {
            log.append(update(0, 0, (1 << 21) - 100));
            log.append(update(0, 1));
        }
        var file = onlyFile();
        byte[] bytes = Files.readAllBytes(file);
        bytes[2] ^= 1; // of the first one's length
        Files.write(file, bytes);
        assertThatThrownBy(() -> new FileGradientLog(folder)).hasStackTraceContaining("others follow it");
    }

    private Path onlyFile() throws IOException {
        try (var files = Files.list(folder)) {
            return files.findFirst().orElseThrow();
        }
    }

    /** What can't be read now may be intact. */
    @Test
    void open_diskFailsToReadOnce_cutsNothingOff() throws IOException {
        try (var log = new FileGradientLog(folder)) {
            log.append(update(0, 0));
        }
        var disk = new Disk(folder, new Power(null, 0));
        disk.failReads(1);
        assertThatThrownBy(() -> new FileGradientLog(folder, SEGMENT_BYTES, disk::open))
                .isInstanceOf(UncheckedIOException.class);
        try (var log = new FileGradientLog(folder, SEGMENT_BYTES, disk::open)) {
            assertThat(all(log)).containsExactly(update(0, 0));
        }
    }
}
