package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.jspecify.annotations.Nullable;

/**
 * What a full round comes to. A function of its tasks, the log, the outer step, and the weights and state before: computed again after a
 * crash it gives the same bytes.
 *
 * @param delta the step that was published; null when there is none
 * @param lastLoss mean loss of the tasks' last steps, nats per token
 */
record RoundResult(
        float[] weights, OuterState state, byte @Nullable [] delta, long tokens, int updates, double lastLoss) {

    /** @param done the round's tasks, all done, in their order */
    static RoundResult of(List<Task> done, GradientLog log, OuterStep outer, float[] weights, OuterState state) {
        var sum = new Aggregator(weights.length);
        for (Task task : done) sum.add(log.read(task.position()));
        var step = outer.apply(weights, sum.mean(), state);
        return new RoundResult(step.weights(), step.state(), step.delta(), sum.tokens(), sum.updates(), sum.lastLoss());
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
