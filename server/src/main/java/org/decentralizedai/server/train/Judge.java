package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.Promotion;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.store.checkpoint.CheckpointException;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.decentralizedai.store.djl.Evaluator;
import org.decentralizedai.store.evaluation.Evaluation;
import org.decentralizedai.store.evaluation.HeldOutWindows;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores checkpoints beside the training and promotes the good ones. Each round's checkpoint is scored on a fixed held-out
 * sample (the newest first: one that waits is passed over when the next comes); now and then one is scored on the whole
 * held-out split and promoted when it is finite, reads back with the right hash, and is not more than 5 % worse than the promoted
 * one. When the {@link LossGate} sees a jump it says so.
 */
final class Judge implements Examiner {
    /** Loss of a candidate over that of the promoted checkpoint. */
    static final double TOLERANCE = 1.05;

    private static final Logger LOG = LoggerFactory.getLogger(Judge.class);

    private final ModelConfig model;
    private final HeldOutWindows sample, all;
    private final CheckpointStore checkpoints;
    private final RoundLedger rounds;
    private final EventLedger events;
    private final PromotedPointer promoted;
    private final TrainMetrics metrics;
    private final Clock clock;
    private final int promoteEvery;
    private final Runnable onScore;
    private final Consumer<Optional<LossGate.Jump>> onLook; // of each round that was scored
    private volatile int good = -1; // the round that the loss gate would go back to
    private final ExecutorService sampling = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("judge-sample").factory());
    private final ExecutorService deciding = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("judge-promote").factory());
    private final AtomicReference<@Nullable Candidate> next = new AtomicReference<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Set<Integer> inUse = ConcurrentHashMap.newKeySet();

    Judge(
            ModelConfig model,
            HeldOutWindows sample,
            HeldOutWindows all,
            CheckpointStore checkpoints,
            RoundLedger rounds,
            EventLedger events,
            PromotedPointer promoted,
            TrainMetrics metrics,
            Clock clock,
            int promoteEvery,
            Runnable onScore,
            Consumer<Optional<LossGate.Jump>> onLook) {
        this.model = model;
        this.sample = sample;
        this.all = all;
        this.checkpoints = checkpoints;
        this.rounds = rounds;
        this.events = events;
        this.promoted = promoted;
        this.metrics = metrics;
        this.clock = clock;
        this.promoteEvery = promoteEvery;
        this.onScore = onScore;
        this.onLook = onLook;
    }

    @Override
    public void consider(Candidate candidate) {
        next.set(candidate);
        sampling.execute(() -> {
            var newest = next.getAndSet(null);
            if (newest != null) guard("score", newest, () -> score(newest));
        });
    }

    @Override
    public boolean uses(int round) {
        return round == good || inUse.contains(round);
    }

    private void score(Candidate candidate) {
        long start = System.nanoTime();
        var score = Evaluator.evaluate(model, candidate.weights(), sample);
        metrics.evaluated(Duration.ofNanos(System.nanoTime() - start));
        int number = candidate.round().number();
        if (!score.finite()) {
            events.add("NOT_FINITE", "the loss of round " + number + " is not finite");
            onLook.accept(LossGate.look(history(number), false));
            return;
        }
        rounds.evaluated(number, score.bitsPerByte(), score.bitsStandardError());
        LOG.info(
                "round {}: held-out {} ± {} bits per byte",
                number,
                "%.4f".formatted(score.bitsPerByte()),
                "%.4f".formatted(score.bitsStandardError()));
        onScore.run();
        var history = history(number);
        LossGate.good(history).ifPresent(round -> good = round.number());
        var jump = LossGate.look(history, true);
        onLook.accept(jump);
        if (jump.isPresent() && !candidate.demanded()) return;
        if (candidate.demanded() || due(number, score)) decide(candidate);
    }

    private List<Round> history(int number) {
        return rounds.upTo(number, LossGate.MEMORY);
    }

    private boolean due(int number, Evaluation score) {
        if (number == 0) return false;
        if (number % promoteEvery == 0) return true;
        if (promoted.current().isPresent()) return false;
        var first = rounds.find(0).map(Round::heldOutBits).orElse(null);
        return first == null || score.bitsPerByte() < first;
    }

    private void decide(Candidate candidate) {
        if (!busy.compareAndSet(false, true) && !candidate.demanded()) return; // the next one that is due
        inUse.add(candidate.round().number());
        deciding.execute(() -> {
            try {
                guard("judge", candidate, () -> promoted.decide(report(candidate)));
                onScore.run();
            } finally {
                inUse.remove(candidate.round().number());
                busy.set(false);
            }
        });
    }

    private Promotion report(Candidate candidate) {
        if (!readsBack(candidate))
            return report(candidate, Double.MAX_VALUE, 0, false, "the checkpoint does not read back");
        var score = Evaluator.evaluate(model, candidate.weights(), all);
        if (!score.finite()) return report(candidate, Double.MAX_VALUE, 0, false, "the held-out loss is not finite");
        double bits = score.bitsPerByte(), error = score.bitsStandardError();
        if (candidate.demanded()) return report(candidate, bits, error, true, "rolled back to by the operator");
        var before = promoted.current();
        if (before.isPresent() && bits > TOLERANCE * before.get().heldOutBits())
            return report(
                    candidate,
                    bits,
                    error,
                    false,
                    "held-out loss is more than 5 % above that of round "
                            + before.get().round());
        return report(
                candidate, bits, error, true, "finite, hash right, held-out loss within 5 % of the promoted one's");
    }

    private boolean readsBack(Candidate candidate) {
        try {
            return Arrays.equals(checkpoints.weights(candidate.checkpoint(), model), candidate.weights());
        } catch (CheckpointException e) {
            LOG.error("checkpoint of round {} can't be read", candidate.round().number(), e);
            return false;
        }
    }

    private Promotion report(Candidate candidate, double bits, double error, boolean accepted, String reason) {
        var checkpoint = candidate.checkpoint();
        LOG.info("round {} {}: {}", candidate.round().number(), accepted ? "promoted" : "not promoted", reason);
        return new Promotion(
                candidate.round().number(),
                checkpoint.manifest(),
                checkpoint.hash(),
                bits,
                error,
                accepted,
                reason,
                clock.millis());
    }

    private void guard(String verb, Candidate candidate, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) { // training goes on without this figure; operators see why
            LOG.error("could not {} round {}", verb, candidate.round().number(), e);
            events.add(
                    "JUDGE_FAILED",
                    "could not " + verb + " round " + candidate.round().number() + ": " + e);
        }
    }

    /**
     * Waits for what is being scored; a score that takes longer than half a minute is given up. Threads are not interrupted: an
     * interrupt would close the database's file under them.
     */
    @Override
    public void close() {
        next.set(null);
        try {
            for (var executor : List.of(sampling, deciding)) { // in this order: the first hands over to the second
                executor.shutdown();
                if (!executor.awaitTermination(30, TimeUnit.SECONDS)) LOG.warn("a score is given up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
