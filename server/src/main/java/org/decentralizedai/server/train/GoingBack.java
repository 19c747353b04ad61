package org.decentralizedai.server.train;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.decentralizedai.server.state.Opening;
import org.decentralizedai.server.state.Round;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a round from the weights and the state of an earlier one, when the operator wants it or the held-out loss has jumped. What
 * was computed from the weights in between counts no more. Where going back does not help the run is paused: the operator goes back
 * and on, or only on, and then it is not paused again until a score was good in between. Works on the trainer's thread.
 */
final class GoingBack {
    private static final Logger LOG = LoggerFactory.getLogger(GoingBack.class);

    private final TrainerParts with;
    private final Executor thread;
    private final Opener opener;

    /** To the operator, who was told, and nothing was good since. */
    private volatile boolean left;

    /** Opens such a round, with what else is written in its commit. */
    @FunctionalInterface
    interface Opener {
        /** @param demanded whether it is to be promoted */
        void open(Round next, float[] weights, boolean demanded, Opening.Also also);
    }

    GoingBack(TrainerParts parts, Executor thread, Opener opener) {
        with = parts;
        this.thread = thread;
        this.opener = opener;
    }

    /** Because somebody wants it; see {@link Trainer#rollBack}. */
    int demanded(int number) throws InterruptedException {
        var turn = new FutureTask<>(() -> go(number, true));
        thread.execute(turn);
        try {
            return turn.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw new IllegalStateException(e.getCause());
        }
    }

    /** A round was scored. When the held-out loss has jumped it goes back, if it has not done so yet. Returns at once. */
    void scored(Optional<LossGate.Jump> found) {
        if (found.isEmpty()) left = false;
        else thread.execute(() -> jumped(found.get()));
    }

    private void jumped(LossGate.Jump jump) {
        int current = with.desk().plan().round().number();
        var line = LossGate.ancestry(with.rounds().upTo(current, LossGate.MEMORY));
        if (line.stream().noneMatch(round -> round.number() == jump.round())) return; // what is left behind
        if (jump.good() == null && left) return;
        with.events().add("LOSS_JUMPED", jump.why());
        LOG.warn("the held-out loss has jumped: {}", jump.why());
        if (jump.good() == null) pause();
        else goOrFail(jump.good());
    }

    /** Told first: after a crash in between it is done again. */
    private void pause() {
        left = true;
        with.events()
                .add(
                        "PAUSED",
                        "no tasks are given out: going back does not help any more; roll back to a good round and resume");
        with.runs().paused(true);
        if (with.desk().mode() == TaskDesk.Mode.RUNNING)
            with.desk().mode(TaskDesk.Mode.PAUSED); // else it stops already
    }

    private void goOrFail(int number) {
        try {
            go(number, false);
        } catch (RuntimeException e) { // the next score tries again
            LOG.error("could not go back to round {}", number, e);
        }
    }

    private int go(int number, boolean demanded) {
        var target = with.rounds()
                .find(number)
                .filter(round -> !round.thinned())
                .orElseThrow(
                        () -> new IllegalArgumentException("the checkpoint of round " + number + " is not stored"));
        var current = with.desk().plan().round();
        float[] restored = with.shelf().weights(target);
        var next = with.round(
                current.number() + 1,
                target.files().withoutDelta(),
                target.tokens(),
                current.updates(),
                target.trainLoss());
        String sentence = "round " + next.number() + " starts from the weights of round " + number;
        opener.open(next, restored, demanded, transaction -> {
            with.audits().rolledBack(transaction, current.number(), number);
            with.events().add(transaction, "ROLLBACK", sentence);
        });
        left = false;
        return next.number();
    }
}
