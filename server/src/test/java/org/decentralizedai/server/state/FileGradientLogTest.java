package org.decentralizedai.server.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileGradientLogTest {
    @TempDir
    Path folder;

    private static LoggedUpdate update(int round, long task, int bytes) {
        byte[] encoded = new byte[bytes];
        new Random(task).nextBytes(encoded);
        return new LoggedUpdate(
                round,
                0,
                new Lease(task, 1),
                "wörker",
                100,
                5.5,
                4.5,
                UpdateEncoding.INT8,
                new Slice(1, 64),
                task % 2 == 0 ? null : new Work(1L << 40, 5, 8, 3), // with and without, as of an earlier version
                new Bytes(encoded));
    }

    private static List<LoggedUpdate> all(GradientLog log) {
        var updates = new ArrayList<LoggedUpdate>();
        log.replay((position, update) -> {
            assertThat(log.read(position)).isEqualTo(update);
            updates.add(update);
        });
        return updates;
    }

    /** A late one is kept as long as those of the round in which it counts. */
    @Test
    void trim_keepsLateUpdatesOfTheRoundInWhichTheyCount() {
        var late = update(3, 8, 10).countedIn(5);
        assertThat(late.late()).isEqualTo(2);
        try (var log = new FileGradientLog(folder)) {
            log.append(update(4, 6, 10));
            log.append(late);
            log.append(update(5, 7, 10));
            log.append(update(6, 9, 10));
            log.trim(5);
            assertThat(all(log)).containsExactly(late, update(5, 7, 10), update(6, 9, 10));
        }
        try (var log = new FileGradientLog(folder)) {
            assertThat(all(log)).containsExactly(late, update(5, 7, 10), update(6, 9, 10));
        }
    }

    @Test
    void append_reopened_readsTheSame() {
        var first = update(0, 0, 1);
        var second = update(0, 1, 100_000);
        long at;
        try (var log = new FileGradientLog(folder)) {
            log.append(first);
            at = log.append(second);
        }
        try (var log = new FileGradientLog(folder)) {
            assertThat(log.read(at)).isEqualTo(second);
            assertThat(all(log)).containsExactly(first, second);
        }
    }

    @Test
    void append_manySegments_positionsStayUnique() {
        try (var log = new FileGradientLog(folder, 1000, FileChannel::open)) {
            var positions = new ArrayList<Long>();
            for (int i = 0; i < 20; i++) positions.add(log.append(update(i / 7, i, 300)));
            assertThat(positions).doesNotHaveDuplicates().isSorted();
            assertThat(all(log)).hasSize(20);
        }
    }

    @Test
    void open_tornAtEveryByteOfTheLastRecord_keepsTheIntactOnes() throws IOException {
        var first = update(0, 0, 40);
        long end;
        try (var log = new FileGradientLog(folder)) {
            log.append(first);
            end = log.append(update(0, 1, 40));
        }
        Path file = onlyFile();
        byte[] whole = Files.readAllBytes(file);
        for (int length = (int) end; length < whole.length; length++) {
            Files.write(file, whole);
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
            try (var log = new FileGradientLog(folder)) {
                assertThat(all(log)).containsExactly(first);
                var next = update(0, 2, 10);
                log.append(next);
                assertThat(all(log)).containsExactly(first, next);
            }
        }
    }

    @Test
    void open_lastRecordDamaged_isCutOff() throws IOException {
        var first = update(0, 0, 40);
        try (var log = new FileGradientLog(folder)) {
            log.append(first);
            log.append(update(0, 1, 40));
        }
        byte[] bytes = Files.readAllBytes(onlyFile());
        bytes[bytes.length - 1] ^= 1;
        Files.write(onlyFile(), bytes);
        try (var log = new FileGradientLog(folder)) {
            assertThat(all(log)).containsExactly(first);
        }
    }

    @Test
    void read_damaged_throws() throws IOException {
        try (var log = new FileGradientLog(folder)) {
            long at = log.append(update(0, 0, 40));
            byte[] bytes = Files.readAllBytes(onlyFile());
            bytes[20] ^= 1;
            Files.write(onlyFile(), bytes);
            assertThatThrownBy(() -> log.read(at)).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void trim_olderRounds_deletesTheirFilesOnly() throws IOException {
        try (var log = new FileGradientLog(folder)) {
            log.append(update(0, 0, 10));
            log.append(update(1, 1, 10));
            var kept = update(2, 2, 10);
            long at = log.append(kept);
            log.trim(2);
            assertThat(all(log)).containsExactly(kept);
            assertThat(log.read(at)).isEqualTo(kept);
        }
        onlyFile();
    }

    /** A late update keeps the file before them. */
    @Test
    void holds_recordsOfTrimmedFiles_areGone_othersAreThere() {
        try (var log = new FileGradientLog(folder)) {
            long late = log.append(update(3, 8, 10).countedIn(5));
            long trimmed = log.append(update(4, 6, 10));
            long next = log.append(update(5, 7, 10));
            assertThat(List.of(late, trimmed, next)).allMatch(log::holds);
            log.trim(5);
            assertThat(log.holds(trimmed)).isFalse();
            assertThat(List.of(late, next)).allMatch(log::holds);
            log.append(update(6, 9, 10));
            log.trim(6);
            assertThat(List.of(late, trimmed, next)).noneMatch(log::holds);
        }
    }

    private Path onlyFile() throws IOException {
        try (var files = Files.list(folder)) {
            var list = files.toList();
            assertThat(list).hasSize(1);
            return list.getFirst();
        }
    }
}
