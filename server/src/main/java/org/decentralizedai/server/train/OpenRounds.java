package org.decentralizedai.server.train;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.decentralizedai.server.aggregate.Weights;
import org.jspecify.annotations.Nullable;

/**
 * The rounds whose updates are taken: the running one, and those before it of which workers may still be computing tasks. An
 * update counts in the round that runs when it comes, or in the next while that one is being closed. Thread-safe.
 */
final class OpenRounds {
    /** How many rounds before the running one: a later update would weigh nothing. */
    static final int EARLIER = Weights.OLDEST - 1;

    private final ReentrantReadWriteLock turn = new ReentrantReadWriteLock(); // written while rounds change
    private volatile @Nullable Open open;

    /** @param plans by round, the running one last */
    private record Open(List<RoundPlan> plans, int countsIn) {
        Open {
            plans = List.copyOf(plans);
        }
    }

    private Open open() {
        var now = open;
        if (now == null) throw new IllegalStateException("no round is open yet");
        return now;
    }

    RoundPlan running() {
        return open().plans().getLast();
    }

    Optional<RoundPlan> find(int round) {
        return open().plans().stream()
                .filter(plan -> plan.round().number() == round)
                .findFirst();
    }

    /** The first round whose tasks may stay with their workers while {@code running} runs. */
    static int oldest(int running) {
        return running - EARLIER;
    }

    /** From this round on. */
    List<RoundPlan> since(int round) {
        return open().plans().stream()
                .filter(plan -> plan.round().number() >= round)
                .toList();
    }

    /**
     * Runs the action with the round in which an update of a task of {@code round} counts, unless it counts in none any more. No
     * round begins or ends meanwhile.
     */
    <T> Optional<T> counting(int round, IntFunction<T> action) {
        turn.readLock().lock();
        try {
            int countsIn = open().countsIn();
            if (find(round).isEmpty() || countsIn - round > EARLIER) return Optional.empty();
            return Optional.of(action.apply(countsIn));
        } finally {
            turn.readLock().unlock();
        }
    }

    /** Waits for updates that are being accepted. */
    void settle() {
        turn.writeLock().lock(); // is had when all who were counting are done: nothing is to be written
        turn.writeLock().unlock();
    }

    /** The running round is closed from what there is: whatever comes from now on counts in the next. */
    void close() {
        turn.writeLock().lock();
        try {
            open = new Open(open().plans(), running().round().number() + 1);
        } finally {
            turn.writeLock().unlock();
        }
    }

    /** @param change commits the next round and gives the plans of the rounds that are open then. @param then follows before any update */
    void next(Supplier<List<RoundPlan>> change, Runnable then) {
        turn.writeLock().lock();
        try {
            var plans = change.get();
            open = new Open(plans, plans.getLast().round().number());
            then.run();
        } finally {
            turn.writeLock().unlock();
        }
    }
}
