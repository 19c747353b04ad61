package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.aggregate.Aggregation;
import org.decentralizedai.server.state.Contribution;
import org.decentralizedai.server.state.FileGradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.store.blob.FileOpener;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundResultTest {
    private static final int PARAMETERS = 500, PROVEN = 3, ALL = 8;
    private static final OuterStep OUTER = new OuterStep(new Nesterov(1, 0), UpdateEncoding.F32, OuterStep.NO_MOMENT);

    @TempDir
    Path folder;

    /** About the same as the others', as honest ones are. */
    private static float[] update(int index) {
        SplitMix64 common = new SplitMix64(1), own = new SplitMix64(2 + index);
        float[] values = new float[PARAMETERS];
        for (int i = 0; i < values.length; i++) values[i] = (float) (common.nextNormal() + 0.3 * own.nextNormal());
        return values;
    }

    /** @param unproven those from {@link #PROVEN} on, or nobody */
    private double shareOfTheLast(boolean unproven) {
        try (var log = new FileGradientLog(folder.resolve("log-" + unproven))) {
            var tasks = new ArrayList<Task>();
            for (int i = 0; i < ALL; i++) {
                var encoded = new Bytes(UpdateCodec.encode(UpdateEncoding.F32, update(i)));
                var lease = new Lease(i, 1);
                String worker = "worker-" + i;
                long position = log.append(
                        new LoggedUpdate(0, lease, worker, 100, 5, 4, UpdateEncoding.F32, Slice.WHOLE, encoded));
                tasks.add(new Task(i, 0, i, State.DONE, worker, 1, position, 0, unproven && i >= PROVEN));
            }
            var inputs = new RoundResult.Inputs(
                    0, tasks, List.of(), List.of(), log, new float[PARAMETERS], new OuterState(null, null, null));
            var contributions =
                    RoundResult.of(inputs, Aggregation.ROBUST, OUTER).contributions();
            double all = contributions.stream().mapToDouble(Contribution::share).sum();
            return contributions.subList(PROVEN, ALL).stream()
                            .mapToDouble(Contribution::share)
                            .sum()
                    / all;
        }
    }

    private static Task done(FileGradientLog log, int index, long fence) {
        var encoded = new Bytes(UpdateCodec.encode(UpdateEncoding.F32, update(index)));
        String worker = "worker-" + index;
        long position = log.append(
                new LoggedUpdate(0, new Lease(index, 1), worker, 100, 5, 4, UpdateEncoding.F32, Slice.WHOLE, encoded));
        return new Task(index, 0, index, State.DONE, worker, fence, position, 0, false);
    }

    private static RoundResult.Inputs inputs(List<Task> done, List<Task> before, FileGradientLog log) {
        return new RoundResult.Inputs(
                0, done, before, List.of(), log, new float[PARAMETERS], new OuterState(null, null, null));
    }

    /** Or a copy of an update that can't be read for a moment would not be recognised. */
    @Test
    void updateOfTheRoundBefore_thatCannotBeRead_isNotTakenForATrimmedOne() {
        var broken = new AtomicBoolean();
        FileOpener files = (path, options) -> {
            if (broken.get()) throw new IOException("the disk is away");
            return FileChannel.open(path, options);
        };
        try (var log = new FileGradientLog(folder.resolve("log"), Long.MAX_VALUE, files)) {
            var before = List.of(done(log, 0, 1));
            broken.set(true);
            assertThatThrownBy(() -> inputs(List.of(), before, log)).isInstanceOf(UncheckedIOException.class);
            broken.set(false);
            assertThat(inputs(List.of(), before, log).before()).isEqualTo(before);
            var trimmed = new Task(9, 0, 9, State.DONE, "worker-9", 1, 1_000_000L, 0, false);
            assertThat(inputs(List.of(), List.of(trimmed), log).before()).isEmpty();
        }
    }

    /** Two servers that number the same tasks, each with a log of its own. */
    @Test
    void recordOfAnotherLease_thanItsTasks_isNoUpdateOfIt() {
        try (var log = new FileGradientLog(folder.resolve("log"))) {
            var inputs = inputs(List.of(done(log, 0, 1), done(log, 1, 2)), List.of(), log);
            assertThatThrownBy(() -> RoundResult.of(inputs, Aggregation.MEAN, OUTER))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("task 1");
        }
    }

    /** Clipping and centring change single shares a little. */
    @Test
    void unprovenAccounts_haveAQuarterOfTheRoundTogether() {
        assertThat(shareOfTheLast(false)).isCloseTo(0.625, within(0.03));
        assertThat(shareOfTheLast(true)).isCloseTo(0.25, within(0.03));
    }
}
