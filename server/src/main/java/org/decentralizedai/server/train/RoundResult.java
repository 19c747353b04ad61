package org.decentralizedai.server.train;

import java.io.UncheckedIOException;
import java.util.AbstractList;
import java.util.List;
import org.decentralizedai.server.aggregate.Aggregation;
import org.decentralizedai.server.aggregate.Finding;
import org.decentralizedai.server.aggregate.RobustShares;
import org.decentralizedai.server.aggregate.Share;
import org.decentralizedai.server.aggregate.Standing;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.jspecify.annotations.Nullable;

/**
 * What a full round comes to. A function of its updates, those of the round before, the rules, and the weights and state before:
 * computed again after a crash it gives the same bytes.
 *
 * @param shares what each update counted for, in their order
 * @param delta the step that was published; null when there is none
 * @param lastLoss mean loss of the tasks' last steps, nats per token
 */
record RoundResult(
        float[] weights,
        OuterState state,
        byte @Nullable [] delta,
        List<Share> shares,
        long tokens,
        int updates,
        double lastLoss) {

    /** What a round is made from. The lists are read more than once, and may read a log each time. */
    record Inputs(int round, List<LoggedUpdate> updates, List<LoggedUpdate> before, float[] weights, OuterState state) {

        /**
         * @param done the round's tasks, all done, in their order
         * @param before tasks of the round before, in their order; updates that are not in the log are left out
         */
        static Inputs of(
                int round, List<Task> done, List<Task> before, GradientLog log, float[] weights, OuterState state) {
            var kept = before.stream().filter(task -> isKept(task, log)).toList();
            return new Inputs(round, new Logged(done, log), new Logged(kept, log), weights, state);
        }

        /** A log that an earlier version trimmed does not have the round before. */
        private static boolean isKept(Task task, GradientLog log) {
            var position = task.logPosition();
            if (position == null) return false;
            try {
                log.read(position);
                return true;
            } catch (UncheckedIOException e) {
                return false;
            }
        }
    }

    /** The updates of tasks, read when they are asked for: no two of them are in memory because of this. */
    private static final class Logged extends AbstractList<LoggedUpdate> {
        private final List<Task> tasks;
        private final GradientLog log;

        Logged(List<Task> tasks, GradientLog log) {
            this.tasks = tasks;
            this.log = log;
        }

        @Override
        public LoggedUpdate get(int index) {
            return log.read(positionOf(tasks.get(index)));
        }

        @Override
        public int size() {
            return tasks.size();
        }
    }

    static RoundResult of(Inputs in, Aggregation aggregation, Standing standing, OuterStep outer) {
        float[] last = in.state().momentum();
        int parameters = in.weights().length;
        var robust = switch (aggregation) {
            case MEAN -> RobustShares.none(in.updates());
            case ROBUST -> RobustShares.of(in.round(), parameters, in.updates(), in.before(), last, standing);
        };
        var sum = new Aggregator(parameters);
        for (int i = 0; i < in.updates().size(); i++)
            sum.add(in.updates().get(i), robust.shares().get(i));
        var step = outer.apply(in.weights(), sum.mean(last, robust.centre()), in.state());
        return new RoundResult(
                step.weights(),
                step.state(),
                step.delta(),
                robust.shares(),
                sum.tokens(),
                sum.updates(),
                sum.lastLoss());
    }

    private static long positionOf(Task task) {
        var position = task.logPosition();
        if (position == null) throw new IllegalStateException("task " + task.id() + " is done without an update");
        return position;
    }

    /** How many updates of which this was found. */
    long count(Finding finding) {
        return shares.stream().filter(share -> share.finding() == finding).count();
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
