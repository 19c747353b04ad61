package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns rounds: when every task of a round is done, its updates are read back from the log, averaged and applied, the next
 * checkpoint is written and the next round opened at once. All of it happens on one thread, in the order that a crash may cut
 * anywhere: blobs, then one database commit, then the clearing away; a round that was cut is closed again, to the same bytes.
 */
public final class Trainer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final int ROUNDS_WITH_TASKS = 3; // whose late updates are still called late

    private final Run run;
    private final ModelConfig model;
    private final Recipe recipe;
    private final int parameters;
    private final TaskLedger tasks;
    private final RoundLedger rounds;
    private final EventLedger events;
    private final GradientLog log;
    private final Database database;
    private final CheckpointShelf shelf;
    private final TaskDesk desk;
    private final UpdateIntake intake;
    private final Judge judge;
    private final PromotedPointer promoted;
    private final TrainMetrics metrics;
    private final Clock clock;
    private final Runnable onRound;
    private final ReentrantLock clearing = new ReentrantLock(); // held while blobs and log are deleted, or copied
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("trainer").factory());
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("leases").factory());
    private float[] weights = {}; // of the current round; used by the trainer's thread only
    private volatile @Nullable String failure;

    Trainer(TrainerParts parts) {
        run = parts.run();
        model = parts.model();
        recipe = parts.recipe();
        parameters = ParameterLayout.of(model).parameterCount();
        tasks = parts.tasks();
        rounds = parts.rounds();
        events = parts.events();
        log = parts.log();
        database = parts.database();
        shelf = parts.shelf();
        desk = parts.desk();
        intake = parts.intake();
        judge = parts.judge();
        promoted = parts.promoted();
        metrics = parts.metrics();
        clock = parts.clock();
        onRound = parts.onRound();
        desk.onRoundFull(number -> thread.execute(() -> close(number)));
    }

    /** Opens the first round, or goes on with the round that was running; returns when tasks can be given out. */
    void start() {
        if (rounds.current().isEmpty()) openFirst();
        var round = rounds.current().orElseThrow();
        weights = shelf.weights(round);
        adopt(round);
        tasks.extendAll(recipe.lease());
        desk.nextRound(() -> plan(round, shelf.checkpoint(round)));
        onRound.run();
        if (round.heldOutBits() == null) judge.consider(candidate(round, false));
        thread.execute(() -> close(round.number()));
        ticker.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void openFirst() {
        float[] first = Initializer.weights(ParameterLayout.of(model), run.seed());
        rounds.advance(round(0, shelf.write(0, first), null, 0, 0, null), recipe.tasks(0));
        database.sync();
    }

    /** Updates that are in the log but not in the database: the power went between the two. */
    private void adopt(Round round) {
        log.replay((position, update) -> {
            if (update.round() != round.number()) return;
            if (tasks.complete(update.lease(), update.worker(), position) == TaskLedger.Outcome.COMPLETED)
                LOG.info("task {} is taken over from the log", update.lease().taskId());
        });
    }

    private void tick() {
        try {
            desk.expire();
            intake.purge();
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
            thread.schedule(() -> close(number), RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void closeOrFail(int number) {
        var round = desk.plan().round();
        if (round.number() != number) return;
        var done = tasks.tasks(number);
        if (!done.stream().allMatch(task -> task.state() == TaskLedger.State.DONE)) return;
        var sum = new Aggregator(parameters);
        for (TaskLedger.Task task : done) add(sum, log.read(positionOf(task)));
        var step = new OuterStep(recipe.outerRate(), recipe.outerMomentum())
                .apply(weights, sum.mean(), shelf.momentum(round));
        if (!finite(step.weights())) discard(round);
        else advance(round, sum, step);
    }

    private static long positionOf(TaskLedger.Task task) {
        var position = task.logPosition();
        if (position == null) throw new IllegalStateException("task " + task.id() + " is done without an update");
        return position;
    }

    private void add(Aggregator sum, LoggedUpdate update) {
        float[] values = UpdateCodec.decode(update.encoding(), update.encoded().array(), parameters);
        sum.add(values, update.tokens(), update.firstLoss(), update.lastLoss());
    }

    private static boolean finite(float[] values) {
        for (float value : values) if (!Float.isFinite(value)) return false;
        return true;
    }

    /** The step overflowed: the same weights are tried with other data. */
    private void discard(Round round) {
        events.add("ROUND_DISCARDED", "the step of round " + round.number() + " was not finite");
        open(
                round(
                        round.number() + 1,
                        shelf.checkpoint(round),
                        round.optimizer(),
                        round.tokens(),
                        round.updates(),
                        round.trainLoss()),
                weights,
                false);
    }

    private void advance(Round round, Aggregator sum, OuterStep.Result step) {
        int number = round.number() + 1;
        var momentum = shelf.writeMomentum(number, step.momentum());
        var next = round(
                number,
                shelf.write(number, step.weights()),
                momentum == null ? null : momentum.manifest(),
                round.tokens() + sum.tokens(),
                round.updates() + sum.updates(),
                sum.lastLoss());
        LOG.info(
                "round {}: {} updates, train loss {} nats",
                round.number(),
                sum.updates(),
                "%.4f".formatted(sum.lastLoss()));
        metrics.round(Duration.ofMillis(clock.millis() - round.openedAtMillis()));
        open(next, step.weights(), false);
    }

    private void open(Round next, float[] nextWeights, boolean demanded) {
        desk.nextRound(() -> {
            rounds.advance(next, recipe.tasks(desk.online()));
            weights = nextWeights;
            return plan(next, shelf.checkpoint(next));
        });
        database.sync();
        onRound.run();
        judge.consider(candidate(next, demanded));
        clear(next.number());
    }

    private Judge.Candidate candidate(Round round, boolean demanded) {
        return new Judge.Candidate(round, shelf.checkpoint(round), weights, demanded);
    }

    private RoundPlan plan(Round round, Checkpoint checkpoint) {
        double greatest = 0;
        for (float weight : weights) greatest = Math.max(greatest, Math.abs(weight));
        var checks = new Checks(recipe, parameters, model.vocabulary(), recipe.greatestChange(greatest));
        return new RoundPlan(round, model, checkpoint, checks);
    }

    private Round round(
            int number,
            Checkpoint checkpoint,
            @Nullable Sha256 optimizer,
            long tokens,
            long updates,
            @Nullable Double trainLoss) {
        return new Round(
                number,
                checkpoint.manifest(),
                checkpoint.hash(),
                checkpoint.bytes(),
                optimizer,
                tokens,
                updates,
                trainLoss,
                null,
                null,
                clock.millis(),
                false);
    }

    /** While a backup copies, nothing is deleted: the next round does it. */
    private void clear(int current) {
        if (!clearing.tryLock()) return;
        try {
            log.trim(current);
            rounds.trimTasks(current - ROUNDS_WITH_TASKS);
            shelf.thin(current, promoted.current(), judge::uses);
        } finally {
            clearing.unlock();
        }
    }

    /** Runs the action while nothing that the database names is deleted. */
    public void withoutClearing(Runnable action) {
        clearing.lock();
        try {
            action.run();
        } finally {
            clearing.unlock();
        }
    }

    /**
     * Opens a new round from the weights of an earlier one and promotes them.
     *
     * @return the number of the new round
     * @throws IllegalArgumentException when that round's checkpoint is not stored any more
     */
    public int rollBack(int number) throws InterruptedException {
        try {
            return thread.submit(() -> rollBackNow(number)).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            throw new IllegalStateException(e.getCause());
        }
    }

    private int rollBackNow(int number) {
        var target = rounds.find(number)
                .filter(round -> !round.thinned())
                .orElseThrow(
                        () -> new IllegalArgumentException("the checkpoint of round " + number + " is not stored"));
        var current = desk.plan().round();
        float[] restored = shelf.weights(target);
        var next = round(
                current.number() + 1,
                shelf.checkpoint(target),
                target.optimizer(),
                target.tokens(),
                current.updates(),
                target.trainLoss());
        events.add("ROLLBACK", "round " + next.number() + " starts from the weights of round " + number);
        open(next, restored, true);
        return next.number();
    }

    /** Why rounds do not go on, if so. */
    public @Nullable String failure() {
        return failure;
    }

    @Override
    public void close() {
        ticker.shutdown();
        thread.shutdown();
        try {
            for (var executor : List.of(ticker, thread))
                if (!executor.awaitTermination(30, TimeUnit.SECONDS)) LOG.warn("the trainer is busy and is left");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        judge.close();
    }
}
