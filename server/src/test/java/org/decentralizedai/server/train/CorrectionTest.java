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

/** Taking back what an account has in earlier means. */
class CorrectionTest {
    private static final int PARAMETERS = 700, ROUNDS = 60, POISONED = 3, CORRECTED = 6;
    private static final OuterStep OUTER =
            new OuterStep(new Nesterov(0.7, 0.8), UpdateEncoding.F32, OuterStep.NO_MOMENT);

    @TempDir
    Path folder;

    private static float[] noise(long seed) {
        var random = new SplitMix64(seed);
        float[] values = new float[PARAMETERS];
        for (int i = 0; i < values.length; i++) values[i] = (float) random.nextNormal();
        return values;
    }

    private static Task update(FileGradientLog log, int round, int index, String worker, float[] values) {
        var lease = new Lease(10L * round + index, 1);
        var slice = new Slice((round + index) % 2, 2);
        long position = log.append(new LoggedUpdate(
                round,
                lease,
                worker,
                100 + index,
                5,
                4,
                UpdateEncoding.F32,
                slice,
                new Bytes(UpdateCodec.encode(UpdateEncoding.F32, slice.of(values)))));
        return new Task(lease.taskId(), round, index, State.DONE, worker, 1, position, round, false);
    }

    /**
     * The weights after many rounds in which honest workers send nothing, so that what is there is the liar's.
     *
     * @param correct whether a later step takes it back
     */
    private float[] weights(boolean correct) {
        try (var log = new FileGradientLog(folder.resolve("log-" + correct))) {
            float[] weights = new float[PARAMETERS];
            var state = new OuterState(null, null, null);
            var liars = new ArrayList<Contribution>();
            for (int round = 0; round < ROUNDS; round++) {
                var tasks = new ArrayList<Task>();
                for (int i = 0; i < 4; i++) {
                    boolean lies = round == POISONED && i > 1;
                    tasks.add(update(log, round, i, lies ? "liar" : "honest", lies ? noise(i) : new float[PARAMETERS]));
                }
                List<Contribution> corrections = correct && round == CORRECTED ? liars : List.of();
                var inputs = new RoundResult.Inputs(round, tasks, List.of(), corrections, log, weights, state);
                var result = RoundResult.of(inputs, Aggregation.MEAN, OUTER);
                result.contributions().stream()
                        .filter(each -> each.worker().equals("liar"))
                        .forEach(liars::add);
                weights = result.weights();
                state = result.state();
            }
            return weights;
        }
    }

    private static double norm(float[] values) {
        double squares = 0;
        for (float value : values) squares += (double) value * value;
        return Math.sqrt(squares);
    }

    /** Momentum would carry a fake on for many rounds; its opposite is carried on as long. */
    @Test
    void step_thatTakesBackAContribution_cancelsAllThatItDoesInTheEnd() {
        assertThat(norm(weights(false))).isGreaterThan(10);
        assertThat(norm(weights(true))).isCloseTo(0, within(1e-3));
    }
}
