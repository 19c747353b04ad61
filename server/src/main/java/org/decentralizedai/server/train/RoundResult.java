package org.decentralizedai.server.train;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.server.aggregate.Aggregation;
import org.decentralizedai.server.aggregate.Finding;
import org.decentralizedai.server.aggregate.RobustShares;
import org.decentralizedai.server.aggregate.Share;
import org.decentralizedai.server.aggregate.Standing;
import org.decentralizedai.server.state.Contribution;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.jspecify.annotations.Nullable;

/**
 * What a full round comes to. A function of its updates, late ones of earlier rounds included, those of the round before, the rules,
 * and the weights and state before: computed again after a crash it gives the same bytes.
 *
 * @param shares what each update counted for, in their order
 * @param contributions what each update has in the mean, corrections apart
 * @param delta the step that was published; null when there is none
 * @param lastLoss mean loss of the tasks' last steps, nats per token
 */
record RoundResult(
        float[] weights,
        OuterState state,
        byte @Nullable [] delta,
        List<Share> shares,
        List<Contribution> contributions,
        long tokens,
        int updates,
        double lastLoss) {

    /**
     * What a round is made from.
     *
     * @param done tasks whose updates count in it, in the order of summation
     * @param before those that counted in the round before and whose updates are in the log, in their order
     * @param corrections what is subtracted from the mean: contributions to earlier ones
     */
    record Inputs(
            int round,
            List<Task> done,
            List<Task> before,
            List<Contribution> corrections,
            GradientLog log,
            float[] weights,
            OuterState state) {

        Inputs {
            before = before.stream().filter(task -> isKept(task, log)).toList();
        }

        /** A log that an earlier version trimmed does not have the round before. */
        private static boolean isKept(Task task, GradientLog log) {
            return task.logPosition() != null && log.holds(task.position());
        }

        /** As their accounts were when the updates came. */
        private Standing standing() {
            var unproven = done.stream().filter(Task::unproven).map(Task::id).collect(Collectors.toSet());
            return update -> !unproven.contains(update.lease().taskId());
        }

        private List<LoggedUpdate> updates() {
            return new Logged(done, log);
        }

        private List<LoggedUpdate> updatesBefore() {
            return new Logged(before, log);
        }
    }

    /** The updates of tasks, read when they are asked for: none is kept in memory. */
    private static final class Logged extends AbstractList<LoggedUpdate> {
        private final List<Task> tasks;
        private final GradientLog log;

        Logged(List<Task> tasks, GradientLog log) {
            this.tasks = tasks;
            this.log = log;
        }

        @Override
        public LoggedUpdate get(int index) {
            return log.updateOf(tasks.get(index));
        }

        @Override
        public int size() {
            return tasks.size();
        }
    }

    static RoundResult of(Inputs in, Aggregation aggregation, OuterStep outer) {
        float[] last = in.state().momentum();
        int parameters = in.weights().length;
        var updates = in.updates();
        var robust = switch (aggregation) {
            case MEAN -> RobustShares.none(in.round(), updates);
            case ROBUST -> RobustShares.of(in.round(), parameters, updates, in.updatesBefore(), last, in.standing());
        };
        var sum = new Aggregator(parameters);
        for (int i = 0; i < updates.size(); i++)
            sum.add(updates.get(i), robust.shares().get(i));
        float[] mean = sum.mean(last, robust.centre());
        var step = outer.apply(in.weights(), mean, corrected(mean, in), in.state());
        return new RoundResult(
                step.weights(),
                step.state(),
                step.delta(),
                robust.shares(),
                contributions(in, robust.shares(), sum),
                sum.tokens(),
                sum.updates(),
                sum.lastLoss());
    }

    private static float[] corrected(float[] mean, Inputs in) {
        if (in.corrections().isEmpty()) return mean;
        double[] taken = new double[mean.length];
        for (Contribution each : in.corrections()) {
            var update = in.log().updateOf(each);
            UpdateCodec.decodeAdd(update.encoding(), update.encoded().array(), update.slice(), each.share(), taken);
        }
        float[] corrected = new float[mean.length];
        for (int i = 0; i < corrected.length; i++) corrected[i] = (float) (mean[i] - taken[i]);
        return corrected;
    }

    private static List<Contribution> contributions(Inputs in, List<Share> shares, Aggregator sum) {
        var all = new ArrayList<Contribution>();
        for (int i = 0; i < shares.size(); i++) {
            var task = in.done().get(i);
            var update = in.log().updateOf(task);
            double factor = sum.factor(update.slice(), shares.get(i));
            all.add(new Contribution(in.round(), task.id(), update.worker(), task.position(), factor));
        }
        return all;
    }

    /** How many updates came after their own round. */
    static long late(Inputs in) {
        return in.done().stream().filter(task -> task.round() < in.round()).count();
    }

    /** How many updates of which this was found. */
    long count(Finding finding) {
        return shares.stream().filter(share -> share.finding() == finding).count();
    }

    /** False when the step overflowed. */
    boolean finite() {
        return finite(weights)
                && (state.carry() == null || finite(state.carry()))
                && (state.momentum() == null || finite(state.momentum()))
                && (state.secondMoment() == null || finite(state.secondMoment().running()));
    }

    private static boolean finite(float[] values) {
        for (float value : values) if (!Float.isFinite(value)) return false;
        return true;
    }
}
