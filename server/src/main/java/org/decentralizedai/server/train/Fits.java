package org.decentralizedai.server.train;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Which size of task suits each worker that is online. Belongs to the desk, under its lock. */
final class Fits {
    /** A window that takes longer would be silence on the line for so long that the connection counts as lost. */
    static final int LONGEST_WINDOW_SECONDS = 100;

    private static final double SLACK = 0.07, NEARLY_WHOLE = 0.75;

    private final Speeds speeds;
    private final Map<Worker, Fit> last = new HashMap<>();

    Fits(Speeds speeds) {
        this.speeds = speeds;
    }

    /**
     * Empty when the worker is too slow for any task. One that should be fast enough gets the smallest, though its tasks took too long
     * lately: it may have rested much.
     *
     * @param taskSeconds that it should be computed; 0: all get whole tasks
     */
    Optional<Fit> of(Worker worker, Recipe recipe, double taskSeconds) {
        var greatest = recipe.steps();
        if (taskSeconds == 0) return Optional.of(Fit.whole(greatest));
        return atSpeed(speeds.of(worker), worker, recipe, taskSeconds)
                .or(() -> atSpeed(speeds.guess(worker), worker, recipe, taskSeconds)
                        .map(_ -> new Fit(greatest, 1, 1)));
    }

    private Optional<Fit> atSpeed(double tokensPerSecond, Worker worker, Recipe recipe, double taskSeconds) {
        int longest = Math.min(recipe.leaseSeconds(), LONGEST_WINDOW_SECONDS);
        return Fit.of(recipe.steps(), tokensPerSecond, taskSeconds, longest, last.get(worker));
    }

    /**
     * What of a fit there is time for; a little longer than the time, as all ends within some per cent of it. Nearly all of it may be of
     * another batch, as steps alone are coarse; a part of it is fewer of its steps.
     *
     * @param partLeft of the task time
     */
    Fit within(double partLeft, Fit whole, Worker worker, double taskSeconds) {
        double part = partLeft + SLACK, speed = speeds.of(worker);
        if (part >= 1) return whole;
        if (part < NEARLY_WHOLE) return whole.within(part * taskSeconds, speed);
        return whole.nearly(part * taskSeconds, speed);
    }

    /** The worker has got a task of this size. */
    void given(Worker worker, Fit fit) {
        last.put(worker, fit);
    }

    /** Whether the worker has had a task since it connected. */
    boolean knows(Worker worker) {
        return last.containsKey(worker);
    }

    /** How many workers that are online have had one. */
    int count() {
        return last.size();
    }

    void forget(Worker worker) {
        last.remove(worker);
    }
}
