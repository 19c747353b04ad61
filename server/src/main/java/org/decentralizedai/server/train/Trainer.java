package org.decentralizedai.server.train;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.aggregate.Finding;
import org.decentralizedai.server.state.Opening;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns rounds: when every task of a round is done, its updates are read back from the log, averaged and applied, the next
 * checkpoint is written and the next round opened at once. All of it happens on one thread, in the order that a crash may cut
 * anywhere: blobs, then one database commit, then the clearing away; a round that was cut is closed again, to the same bytes.
 */
public final class Trainer {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final TrainerParts with;
    private final Clearing clearing;
    private final Executor thread;
    private float[] weights = {}; // of the current round; used by the trainer's thread only
    private boolean left; // to the operator, who was told; used by the trainer's thread only
    private volatile @Nullable String failure;

    /** @param thread runs one thing after the other, never within the call */
    Trainer(TrainerParts parts, Executor thread) {
        with = parts;
        clearing = new Clearing(parts);
        this.thread = thread;
        with.desk().onRoundFull(number -> thread.execute(() -> close(number)));
        with.audits().onSettled(this::close);
    }

    /** Opens the first round, or goes on with the round that was running; returns when tasks can be given out. */
    void start() {
        if (with.rounds().current().isEmpty()) openFirst();
        resume(with.rounds().current().orElseThrow());
    }

    /** Goes on with the round that the database says is running. */
    private void resume(Round round) {
        adopt(round);
        with.tasks().extendAll(with.recipe().lease());
        with.desk().nextRound(() -> {
            weights = with.shelf().weights(round);
            return with.plans().of(round, weights);
        });
        with.database().sync();
        with.audits().resume();
        with.onRound().run();
        if (round.heldOutBits() == null) with.examiner().consider(candidate(round, false));
        thread.execute(() -> close(round.number()));
    }

    private void openFirst() {
        float[] first =
                Initializer.weights(ParameterLayout.of(with.model()), with.run().seed());
        var files = with.shelf().write(first, OuterState.first(with.recipe(), first.length), null);
        var round = round(0, files, 0, 0, null);
        with.rounds()
                .advance(new Opening(round, with.recipe().json(), with.recipe().tasks(0)));
        with.database().sync();
    }

    /**
     * Updates that are in the log but not in the database: a crash came between the two, or a power cut took from the database what
     * it had said to be on the disk. Of each task the last one counts: nothing follows an update that was acknowledged.
     */
    private void adopt(Round round) {
        var positions = new LinkedHashMap<Long, Long>(); // by task
        with.log().replay((position, update) -> {
            if (update.round() == round.number() && !update.worker().equals(Audits.AUDITOR))
                positions.put(update.lease().taskId(), position);
        });
        for (long position : positions.values()) {
            var update = with.log().read(position);
            if (with.tasks().adopt(update.lease(), update.worker(), position, update.tokens())
                    == TaskLedger.Outcome.COMPLETED)
                LOG.info("task {} is taken over from the log", update.lease().taskId());
        }
    }

    /** To be called every second: leases end, and unfinished uploads with them. */
    public void tick() {
        try {
            with.desk().expire();
            with.desk().recount();
            with.intake().purge();
            int round = with.desk().plan().round().number();
            if (failure == null && with.audits().holdsUp(round)) thread.execute(() -> close(round));
        } catch (RuntimeException e) { // the next second tries again
            LOG.error("could not expire leases", e);
        }
    }

    private void close(int number) {
        try {
            closeOrFail(number);
            failure = null;
        } catch (RuntimeException e) {
            failure = "round " + number + " could not be closed: " + e.getMessage();
            LOG.error("round {} could not be closed; trying again in {} s", number, RETRY.toSeconds(), e);
            CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS, thread)
                    .execute(() -> close(number));
        }
    }

    private void closeOrFail(int number) {
        var plan = with.desk().plan();
        var round = plan.round();
        if (round.number() != number) return;
        var newest = with.rounds().current().orElseThrow();
        if (newest.number() != number) { // its commit went through, but the answer was lost
            resume(newest);
            return;
        }
        var done = with.tasks().tasks(number);
        if (!done.stream().allMatch(task -> task.state() == TaskLedger.State.DONE)) return;
        with.desk().settle(); // the last update may not have been drawn for an audit yet
        if (!with.audits().settled(number)) return;
        var inputs = new RoundResult.Inputs(
                number,
                done,
                with.tasks().tasks(number - 1),
                with.audits().corrections(number),
                with.log(),
                weights,
                with.shelf().state(round));
        var rules = with.rules().apply(plan.recipe());
        var steps = plan.recipe().steps(round.tokens());
        var outer = OuterStep.of(rules.outer(), plan.recipe(), number, steps);
        var result = RoundResult.of(inputs, rules.aggregation(), rules.standing(), outer);
        var closing = new Closing(plan, inputs, result);
        if (result.finite()) advance(closing);
        else discard(closing);
    }

    /** A round whose result is known. */
    record Closing(RoundPlan plan, RoundResult.Inputs inputs, RoundResult result) {}

    /** The step overflowed: the same weights are tried with other data. */
    private void discard(Closing closing) {
        var round = closing.plan().round();
        var next = round(
                round.number() + 1, round.files().withoutDelta(), round.tokens(), round.updates(), round.trainLoss());
        open(next, weights, with.records().write(closing, null), false, transaction -> {
            with.audits().discarded(transaction, round.number());
            with.events()
                    .add(transaction, "ROUND_DISCARDED", "the step of round " + round.number() + " was not finite");
        });
    }

    private void advance(Closing closing) {
        var round = closing.plan().round();
        var result = closing.result();
        var files = with.shelf().write(result.weights(), result.state(), result.delta());
        var next = round(
                round.number() + 1,
                files,
                round.tokens() + result.tokens(),
                round.updates() + result.updates(),
                result.lastLoss());
        LOG.info(
                "round {}: {} updates, {} alike, {} copies, {} strays, train loss {} nats",
                round.number(),
                result.updates(),
                result.count(Finding.ALIKE),
                result.count(Finding.COPY_OF_LAST_ROUND),
                result.count(Finding.STRAY),
                "%.4f".formatted(result.lastLoss()));
        with.metrics().round(Duration.ofMillis(with.clock().millis() - round.openedAtMillis()));
        var record = with.records().write(closing, files);
        open(
                next,
                result.weights(),
                record,
                false,
                transaction -> with.audits().contributed(transaction, round.number(), result.contributions()));
    }

    /**
     * @param record of the round before; null when that counts for nothing
     * @param also what is written in the same commit
     */
    private void open(Round next, float[] nextWeights, @Nullable Sha256 record, boolean demanded, Opening.Also also) {
        with.desk().nextRound(() -> {
            int tasks = with.recipe().tasks(with.desk().online());
            with.rounds().advance(new Opening(next, with.recipe().json(), tasks, record, also));
            weights = nextWeights;
            return with.plans().of(next, nextWeights);
        });
        with.database().sync();
        with.onRound().run();
        with.examiner().consider(candidate(next, demanded));
        clearing.clear(next);
    }

    private Candidate candidate(Round round, boolean demanded) {
        return new Candidate(round, with.shelf().checkpoint(round), weights, demanded);
    }

    private Round round(int number, RoundFiles files, long tokens, long updates, @Nullable Double trainLoss) {
        return new Round(
                number,
                files,
                tokens,
                updates,
                trainLoss,
                null,
                null,
                with.clock().millis(),
                false);
    }

    /** Runs the action while nothing that the database names is deleted. */
    public void withoutClearing(Runnable action) {
        clearing.without(action);
    }

    /**
     * Opens a new round from the weights and the state of an earlier one and promotes them. No delta leads there: who holds
     * other weights loads these whole.
     *
     * @return the number of the new round
     * @throws IllegalArgumentException when that round's checkpoint is not stored any more
     */
    public int rollBack(int number) throws InterruptedException {
        var turn = new FutureTask<>(() -> rollBackNow(number, true));
        thread.execute(turn);
        try {
            return turn.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw new IllegalStateException(e.getCause());
        }
    }

    /** The held-out loss has jumped: goes back by itself when it has not done so yet. Returns at once. */
    void jumped(LossGate.Jump jump) {
        thread.execute(() -> {
            int current = with.desk().plan().round().number();
            var line = LossGate.ancestry(with.rounds().upTo(current, LossGate.MEMORY));
            if (line.stream().noneMatch(round -> round.number() == jump.round())) return; // what is left behind
            if (jump.good() == null && left) return;
            left = jump.good() == null;
            with.events().add("LOSS_JUMPED", jump.why());
            LOG.warn("the held-out loss has jumped: {}", jump.why());
            if (jump.good() != null) returnTo(jump.good());
        });
    }

    private void returnTo(int number) {
        try {
            rollBackNow(number, false);
        } catch (RuntimeException e) { // the next score tries again
            LOG.error("could not go back to round {}", number, e);
        }
    }

    private int rollBackNow(int number, boolean demanded) {
        var target = with.rounds()
                .find(number)
                .filter(round -> !round.thinned())
                .orElseThrow(
                        () -> new IllegalArgumentException("the checkpoint of round " + number + " is not stored"));
        var current = with.desk().plan().round();
        float[] restored = with.shelf().weights(target);
        var next = round(
                current.number() + 1,
                target.files().withoutDelta(),
                target.tokens(),
                current.updates(),
                target.trainLoss());
        try {
            open(next, restored, null, demanded, transaction -> {
                with.audits().rolledBack(transaction, current.number(), number);
                with.events()
                        .add(
                                transaction,
                                "ROLLBACK",
                                "round " + next.number() + " starts from the weights of round " + number);
            });
        } catch (RuntimeException e) { // its commit may have gone through
            thread.execute(() -> close(current.number()));
            throw e;
        }
        return next.number();
    }

    /** Why rounds do not go on, if so. */
    public @Nullable String failure() {
        return failure;
    }
}
