package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundResultTest {
    private static final int PARAMETERS = 500, PROVEN = 2, ALL = 8;
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

    /** Clipping and centring change single shares a little. */
    @Test
    void unprovenAccounts_haveAQuarterOfTheRoundTogether() {
        assertThat(shareOfTheLast(false)).isCloseTo(0.75, within(0.03));
        assertThat(shareOfTheLast(true)).isCloseTo(0.25, within(0.03));
    }
}
