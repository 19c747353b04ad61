package org.decentralizedai.server.train;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.aggregate.Finding;
import org.decentralizedai.server.state.Opening;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns rounds: when a round is full ({@link RoundPatience}), its updates are read back from the log, averaged and applied, the
 * next checkpoint is written and the next round opened at once. Workers that are still at a task of the closed one go on; what
 * they send counts in a later round. All of it happens on one thread, in the order that a crash may cut anywhere: blobs, then one
 * database commit, then the clearing away; a round that was cut is closed again.
 */
public final class Trainer {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final TrainerParts with;
    private final Clearing clearing;
    private final GoingBack back;
    private final Executor thread;
    private float[] weights = {}; // of the current round; used by the trainer's thread only
    private @Nullable OuterState state; // of the same; null: to be read
    private volatile @Nullable String failure;
    private volatile long retryAt; // after a failure

    /** @param thread runs one thing after the other, never within the call */
    Trainer(TrainerParts parts, Executor thread) {
        with = parts;
        clearing = new Clearing(parts);
        this.thread = thread;
        back = new GoingBack(parts, thread, this::goBack);
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
        Adoption.from(with.log(), with.tasks(), round.number());
        with.tasks().extendAll(with.recipe().lease());
        with.desk().nextRound(() -> {
            weights = with.shelf().weights(round);
            state = null;
            with.database().sync();
            return with.plans().open(round, weights);
        });
        with.audits().resume(with.plans()::stored);
        with.onRound().run();
        if (round.heldOutBits() == null) with.examiner().consider(candidate(round, false));
        thread.execute(() -> close(round.number()));
    }

    private void openFirst() {
        float[] first =
                Initializer.weights(ParameterLayout.of(with.model()), with.run().seed());
        var files = with.shelf().write(first, OuterState.first(with.recipe(), first.length), null);
        var round = with.round(0, files, 0, 0, null);
        with.rounds()
                .advance(new Opening(
                        round,
                        with.recipe().json(),
                        with.plans().portion(with.recipe()),
                        with.recipe().tasks(0)));
        with.database().sync();
    }

    /** To be called every second: leases end, and unfinished uploads with them; a round that could not be closed is tried again. */
    public void tick() {
        try {
            with.desk().expire();
            with.intake().purge(); // before the round is full by an update that was not drawn yet
            with.desk().recount();
            with.audits().tick();
            int round = with.desk().plan().round().number();
            if (failure == null ? with.audits().holdsUp(round) : retries()) thread.execute(() -> close(round));
        } catch (RuntimeException e) { // the next second tries again
            LOG.error("could not expire leases", e);
        }
    }

    private boolean retries() {
        long now = with.clock().millis();
        if (now < retryAt) return false;
        retryAt = now + RETRY.toMillis();
        return true;
    }

    private void close(int number) {
        try {
            closeOrFail(number);
            failure = null;
        } catch (RuntimeException e) {
            retryAt = with.clock().millis() + RETRY.toMillis();
            failure = "round " + number + " could not be closed: " + e.getMessage();
            LOG.error("round {} could not be closed; trying again in {} s", number, RETRY.toSeconds(), e);
        }
    }

    private void closeOrFail(int number) {
        var plan = with.desk().plan();
        var round = plan.round();
        if (round.number() != number) return;
        requireAlone();
        var newest = with.rounds().current().orElseThrow();
        if (newest.number() != number) { // its commit went through, but the answer was lost
            resume(newest);
            return;
        }
        if (!with.desk().full(number)) return;
        with.desk().open().settle(); // the last update may not have been drawn for an audit yet
        with.intake().purge(); // nor one whose commit's answer was lost
        if (!with.audits().settled(number)) return;
        with.desk().open().close();
        if (!with.audits().settled(number)) return; // of one that came in the meantime
        var inputs = new RoundResult.Inputs(
                number,
                with.tasks().counted(number),
                with.tasks().counted(number - 1),
                with.audits().corrections(number),
                with.log(),
                weights,
                state == null ? with.shelf().state(round) : state);
        var rules = with.rules().apply(plan.recipe());
        var steps = plan.recipe().steps(round.tokens());
        var outer = OuterStep.of(rules.outer(), plan.recipe(), number, steps);
        var result = RoundResult.of(inputs, rules.aggregation(), outer);
        var closing = new Closing(plan, inputs, result);
        if (result.finite()) advance(closing);
        else discard(closing);
    }

    /** Another server may have closed the round by now, from other updates, and be at later ones. */
    private void requireAlone() {
        if (!with.desk().isAlone())
            throw new IllegalStateException("no round is closed while this server is not alone with its database");
    }

    /** A round whose result is known. */
    record Closing(RoundPlan plan, RoundResult.Inputs inputs, RoundResult result) {}

    /** The step overflowed: the same weights are tried with other data. */
    private void discard(Closing closing) {
        var round = closing.plan().round();
        var next = with.round(
                round.number() + 1, round.files().withoutDelta(), round.tokens(), round.updates(), round.trainLoss());
        open(next, weights, with.records().write(closing, null), transaction -> {
            with.audits().discarded(transaction, round.number());
            with.events()
                    .add(transaction, "ROUND_DISCARDED", "the step of round " + round.number() + " was not finite");
        });
    }

    private void advance(Closing closing) {
        var round = closing.plan().round();
        var result = closing.result();
        var files = with.shelf().write(result.weights(), result.state(), result.delta());
        var next = with.round(
                round.number() + 1,
                files,
                round.tokens() + result.tokens(),
                round.updates() + result.updates(),
                result.lastLoss());
        LOG.info(
                "round {}: {} updates, {} late, {} alike, {} copies, {} strays, train loss {} nats",
                round.number(),
                result.updates(),
                RoundResult.late(closing.inputs()),
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
                transaction -> with.audits().contributed(transaction, round.number(), result.contributions()));
        state = result.state();
    }

    /** @param record of the round before */
    private void open(Round next, float[] nextWeights, Sha256 record, Opening.Also also) {
        open(next, nextWeights, record, OpenRounds.oldest(next.number()), false, also);
    }

    /**
     * @param record of the round before; null when that counts for nothing
     * @param oldest round whose tasks stay with their workers
     * @param also what is written in the same commit
     */
    private void open(
            Round next, float[] nextWeights, @Nullable Sha256 record, int oldest, boolean demanded, Opening.Also also) {
        with.desk().nextRound(() -> {
            requireAlone();
            var recipe = with.recipe();
            int tasks = recipe.tasks(with.desk().free(oldest, next.number()));
            int portion = with.plans().portion(recipe);
            with.rounds().advance(new Opening(next, recipe.json(), portion, tasks, oldest, record, also));
            with.database().sync(); // before anything is given out: no power cut calls a task back
            weights = nextWeights;
            state = null;
            var open = new ArrayList<>(with.desk().open().since(oldest));
            open.add(with.plans().of(next, nextWeights));
            return open;
        });
        with.onRound().run();
        with.examiner().consider(candidate(next, demanded));
        with.audits().begun();
        clearing.clear(next);
    }

    private Candidate candidate(Round round, boolean demanded) {
        return new Candidate(round, with.shelf().checkpoint(round), weights, demanded);
    }

    /** Nothing stays of the round that runs, nor with its workers. */
    private void goBack(Round next, float[] restored, boolean demanded, Opening.Also also) {
        try {
            open(next, restored, null, next.number(), demanded, also);
        } catch (RuntimeException e) { // its commit may have gone through
            thread.execute(() -> close(next.number() - 1));
            throw e;
        }
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
        return back.demanded(number);
    }

    /** A round was scored; see {@link GoingBack}. Returns at once. */
    void scored(Optional<LossGate.Jump> found) {
        back.scored(found);
    }

    /** Why rounds do not go on, if so. */
    public @Nullable String failure() {
        return failure;
    }
}
