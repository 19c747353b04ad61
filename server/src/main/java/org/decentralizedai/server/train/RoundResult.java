package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.server.state.Contribution;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.jspecify.annotations.Nullable;

/**
 * What a full round comes to. A function of its tasks, the log, the outer step, and the weights and state before: computed again after a
 * crash it gives the same bytes.
 *
 * @param delta the step that was published; null when there is none
 * @param lastLoss mean loss of the tasks' last steps, nats per token
 * @param contributions what each update has in the mean, corrections apart
 */
record RoundResult(
        float[] weights,
        OuterState state,
        byte @Nullable [] delta,
        long tokens,
        int updates,
        double lastLoss,
        List<Contribution> contributions) {

    /**
     * @param done the round's tasks, all done, in their order
     * @param corrections what is subtracted from the mean: contributions to earlier ones
     */
    static RoundResult of(
            List<Task> done,
            GradientLog log,
            List<Contribution> corrections,
            OuterStep outer,
            float[] weights,
            OuterState state) {
        var sum = new Aggregator(weights.length);
        for (Task task : done) sum.add(log.read(task.position()));
        var step = outer.apply(weights, corrected(sum.mean(), corrections, log), state);
        return new RoundResult(
                step.weights(),
                step.state(),
                step.delta(),
                sum.tokens(),
                sum.updates(),
                sum.lastLoss(),
                done.stream().map(task -> contribution(task, sum, log)).toList());
    }

    private static float[] corrected(float[] mean, List<Contribution> corrections, GradientLog log) {
        if (corrections.isEmpty()) return mean;
        double[] taken = new double[mean.length];
        for (Contribution each : corrections) {
            var update = log.read(each.position());
            UpdateCodec.decodeAdd(update.encoding(), update.encoded().array(), update.slice(), each.share(), taken);
        }
        float[] corrected = new float[mean.length];
        for (int i = 0; i < corrected.length; i++) corrected[i] = (float) (mean[i] - taken[i]);
        return corrected;
    }

    private static Contribution contribution(Task task, Aggregator sum, GradientLog log) {
        var update = log.read(task.position());
        return new Contribution(task.round(), task.id(), update.worker(), task.position(), sum.share(update));
    }

    /** False when the step overflowed. */
    boolean finite() {
        return finite(weights) && (state.carry() == null || finite(state.carry()));
    }

    private static boolean finite(float[] values) {
        for (float value : values) if (!Float.isFinite(value)) return false;
        return true;
    }
}
