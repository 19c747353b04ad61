package org.decentralizedai.server.train;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.Work;
import org.decentralizedai.wire.LocalSteps;
import org.jspecify.annotations.Nullable;

/**
 * How large a task suits a device: as much as it computes in the recipe's task time. A slower device gets smaller batches and,
 * when even one window a step is too many, fewer steps: local steps are what an upload buys (docs/training-recipe.md), and updates
 * count by their tokens, so that the noise of a small batch does no harm. One that is faster than the whole task needs gets that.
 * All tasks of a round should end at about the same time, since it waits a while for those that take longer: so up to a quarter of the steps may be
 * left out where that comes nearer to the time than another batch.
 *
 * @param greatest the recipe's whole task
 * @param steps H at most
 * @param batch windows of a step
 */
record Fit(LocalSteps greatest, int steps, int batch) {
    /** A device keeps its batch, for which its memory is laid out, while some number of steps comes so near to the time. */
    private static final double NEAR = 1.02;

    /** Times as bad as too short is too long: it keeps the whole round waiting. */
    private static final double TOO_LONG = 3;

    static Fit whole(LocalSteps greatest) {
        return new Fit(greatest, greatest.steps(), greatest.batch());
    }

    /**
     * @param tokensPerSecond of the device
     * @param taskSeconds that a task should be computed
     * @param limitSeconds that one window may take
     * @param last what the device had before; null for nothing
     * @return empty when the device is too slow for any task
     */
    static Optional<Fit> of(
            LocalSteps greatest, double tokensPerSecond, double taskSeconds, double limitSeconds, @Nullable Fit last) {
        double windowSeconds = greatest.context() / tokensPerSecond;
        if (!(windowSeconds <= limitSeconds)) return Optional.empty();
        double wanted = taskSeconds / windowSeconds;
        if (last != null) {
            var kept = nearest(greatest, IntStream.of(last.batch()), wanted);
            if (kept.misfit(wanted) <= Math.log(NEAR)) return Optional.of(kept);
        }
        var nearest = nearest(greatest, batches(greatest), wanted);
        if (nearest.batch() > 1 || nearest.wanted() <= wanted) return Optional.of(nearest);
        int steps =
                (int) Math.clamp(wanted + 2.0 / 3, 1, nearest.steps()); // so that none takes more than half too long
        return Optional.of(new Fit(greatest, steps, 1));
    }

    /** Of the fits of these batches that whose windows are nearest to the wanted; of equals that of most steps. */
    private static Fit nearest(LocalSteps greatest, IntStream batches, double wanted) {
        return nearest(greatest, batches, greatest.steps(), wanted);
    }

    /** @param whole steps, of which a quarter may be left out */
    private static Fit nearest(LocalSteps greatest, IntStream batches, int whole, double wanted) {
        int most = greatest.steps(), least = Math.max(1, 3 * whole / 4);
        return batches.boxed()
                .flatMap(batch -> IntStream.rangeClosed(least, most).mapToObj(steps -> new Fit(greatest, steps, batch)))
                .min(Comparator.comparingDouble((Fit fit) -> fit.misfit(wanted)).thenComparingInt(fit -> -fit.steps()))
                .orElseThrow();
    }

    /**
     * Windows of a step that a device may be given: all that it computes at once, and such as it computes in parts of at least half of
     * that, for which it is about as fast.
     */
    private static IntStream batches(LocalSteps greatest) {
        return IntStream.rangeClosed(1, greatest.batch()).filter(batch -> {
            int part = greatest.sized(1, batch).microBatch();
            return part == batch || 2 * part >= greatest.microBatch();
        });
    }

    /** As a task that takes its windows of these. */
    TaskLedger.Sizing in(WindowSchedule schedule) {
        return new Sizing(this, schedule);
    }

    private record Sizing(Fit fit, WindowSchedule schedule) implements TaskLedger.Sizing {
        @Override
        public int wanted() {
            return fit.wanted();
        }

        @Override
        public int windows(long portion) {
            return schedule.windows(portion).count();
        }

        @Override
        public Work of(long portion, int first, int windows) {
            return fit.of(portion, first, windows);
        }
    }

    /** The steps that a device computes in that time, at least one and at most its own. */
    Fit within(double seconds, double tokensPerSecond) {
        int done = (int) (seconds * tokensPerSecond / (batch * greatest.context()));
        return new Fit(greatest, Math.clamp(done, 1, steps), batch);
    }

    /** The nearest to that time of those that the device computes by the same kernels. */
    Fit nearly(double seconds, double tokensPerSecond) {
        int part = microBatch(batch);
        var alike = IntStream.rangeClosed(1, greatest.batch()).filter(other -> microBatch(other) == part);
        return nearest(greatest, alike, steps, seconds * tokensPerSecond / greatest.context());
    }

    private int microBatch(int batch) {
        return greatest.sized(1, batch).microBatch();
    }

    /** Logarithm of how many times too small; too large is worse. */
    private double misfit(double wanted) {
        double over = Math.log(wanted() / wanted);
        return over > 0 ? TOO_LONG * over : -over;
    }

    /** Windows. */
    int wanted() {
        return steps * batch;
    }

    /** So many if there are as many; else the most of them that steps of one size can train on, in most steps. */
    Work of(long portion, int first, int windows) {
        if (wanted() <= windows) return new Work(portion, first, steps, batch);
        return batches(greatest)
                .filter(each -> each <= batch && each <= windows)
                .mapToObj(each -> new Work(portion, first, Math.min(steps, windows / each), each))
                .max(Comparator.comparingInt(Work::windows).thenComparingInt(Work::steps))
                .orElseThrow();
    }
}
