package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.wire.ServerMessage.GradientTask;

/**
 * How much of the running round suits whom, and how long it should take: the speeds of the workers, what they had before, and the round's
 * time. Belongs to the desk, under its lock.
 */
final class Pace {
    private static final Duration TRANSFER = UploadBudget.HOME.upload(); // of an update

    private final Speeds speeds;
    private final Fits fits;
    private final RoundTime time;

    Pace(Speeds speeds, Clock clock) {
        this.speeds = speeds;
        fits = new Fits(speeds);
        time = new RoundTime(clock);
    }

    /** What the worker can do in the time of a task; empty when it is too slow for any. */
    Optional<Fit> fit(Worker worker, RoundPlan plan) {
        return fits.of(worker, plan.recipe(), time.taskSeconds(plan.recipe()));
    }

    /** That a task should be computed; nothing where tasks are not sized to that. */
    Duration taskTime(RoundPlan plan) {
        return Duration.ofMillis((long) (1000 * time.taskSeconds(plan.recipe())));
    }

    /** That all tasks together should be computed which a worker has of the round; nothing as above. */
    Duration roundTime(RoundPlan plan) {
        return taskTime(plan).multipliedBy(each(plan));
    }

    /** How many tasks of the round each worker computes, one after the other. */
    int each(RoundPlan plan) {
        return time.tasksEach(plan.round().number(), plan.recipe(), fits.count());
    }

    /**
     * How long a task should take, transfers included; nothing where tasks are not sized to that.
     *
     * @param first of this connection: everything is downloaded for it, as over a home's line
     */
    Duration expected(GradientTask task, Worker worker, boolean first, RoundPlan plan) {
        if (plan.recipe().taskSeconds() == 0) return Duration.ZERO;
        double computing = Math.min(Fits.LONGEST_WINDOW_SECONDS, task.steps().tokens() / speeds.of(worker));
        long step = plan.hops().isEmpty() ? 0 : plan.hops().getLast().bytes();
        double download = UploadBudget.HOME.seconds(first ? plan.checkpoint().bytes() : step);
        return Duration.ofMillis((long) (1000 * (computing + download)) + TRANSFER.toMillis());
    }

    /**
     * What the round gives out now.
     *
     * @param tasks of the round
     * @param ignored how many of them are not waited for
     */
    RoundOffer offer(RoundPlan plan, List<Task> tasks, long ignored) {
        double partLeft = time.partLeft(plan.round().number(), plan.recipe(), fits.count());
        return new RoundOffer(plan.recipe(), tasks, ignored, each(plan), partLeft);
    }

    /** Everybody had left the round: its time begins anew. */
    void anew(RoundPlan plan) {
        time.anew(plan.round().number());
    }

    /** @param whole what the worker can do in the time of a whole task */
    TaskLedger.Sizing sizing(RoundOffer offer, Fit whole, Worker worker, RoundPlan plan) {
        return fits.within(offer.part(), whole, worker, time.taskSeconds(plan.recipe()))
                .in(plan.windows());
    }

    /** The worker has got a task of the round. @param whole as above */
    void given(Worker worker, Fit whole, RoundPlan plan) {
        fits.given(worker, whole);
        time.given(plan.round().number(), fits.count());
    }

    /** Whether the worker has had a task since it connected. */
    boolean knows(Worker worker) {
        return fits.knows(worker);
    }

    void forget(Worker worker) {
        fits.forget(worker);
    }

    /** The round need wait no longer: it has lasted so long. */
    void over(RoundPlan plan) {
        time.over(plan.round().number(), plan.recipe());
    }

    /** What the worker says of a task that it has held for so long. */
    void took(String worker, int tokens, int millis, Duration held) {
        speeds.took(worker, tokens, millis, held);
    }

    /** The worker has not delivered so much in all this time. */
    void unfinished(Worker worker, int tokens, Duration held) {
        speeds.unfinished(worker, tokens, held);
    }
}
