package org.decentralizedai.server.simulate;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.simulate.Outcome.Point;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.FileGradientLog;
import org.decentralizedai.server.train.Candidate;
import org.decentralizedai.server.train.Examiner;
import org.decentralizedai.server.train.ModelChoice;
import org.decentralizedai.server.train.OuterRule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.Retention;
import org.decentralizedai.server.train.RunRequest;
import org.decentralizedai.server.train.TrainMetrics;
import org.decentralizedai.server.train.Training;
import org.decentralizedai.server.train.UpdateRules;
import org.decentralizedai.server.verify.Lot;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.evaluation.HeldOutWindows;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.decentralizedai.worker.vector.VectorKernels;
import org.jspecify.annotations.Nullable;

/**
 * A run, from its first round until so many tokens are trained on. The coordinator is the real one over an H2 in memory and a
 * folder that is deleted at the end; only its threads, its judge, its clock and, for a {@link Variant}, its rules are replaced.
 */
final class Simulation implements AutoCloseable {
    private static final int POINTS = 10; // of the curve, each scored on a sample
    private static final int SAMPLE = 256; // windows
    private static final long SAMPLE_SEED = 1;
    private static final double TICK_SECONDS = 1;
    private static final double PATIENCE_SECONDS = 3600;

    /** What the trainer hands over, done between two events. */
    private final Queue<Runnable> turns = new ArrayDeque<>();

    private final Timeline timeline = new Timeline();
    private final Scenario scenario;
    private final @Nullable SimulatedAuditor auditor;
    private final TemporaryFolder folder;
    private final Database database;
    private final FileGradientLog log;
    private final Training training;
    private final Lab lab;
    private final CrowdOfWorkers crowd;
    private final @Nullable HeldOutLoss loss; // null where nothing is trained
    private final HeldOutWindows sample;
    private final Newest newest = new Newest();
    private final Closings closings = new Closings();

    /** Remembers the newest checkpoint instead of judging it. */
    private static final class Newest implements Examiner {
        private @Nullable Candidate candidate;

        @Override
        public void consider(Candidate newest) {
            candidate = newest;
        }

        /** -1 before the first. */
        int round() {
            return candidate == null ? -1 : candidate.round().number();
        }

        Candidate candidate() {
            if (candidate == null) throw new IllegalStateException("no round was opened");
            return candidate;
        }

        @Override
        public boolean uses(int round) {
            return false;
        }

        @Override
        public void close() {}
    }

    /** @param threads that compute */
    Simulation(Scenario scenario, int threads) {
        this(scenario, threads, () -> new VectorKernels(1));
    }

    /** @param kernels that each of the threads computes tasks with */
    Simulation(Scenario scenario, int threads, Supplier<Kernels> kernels) {
        this(scenario, threads, kernels, true);
    }

    /** Of times and bytes alone: updates are those of a {@link SeededLab}, and no loss is known. */
    static Simulation untrained(Scenario scenario) {
        return new Simulation(scenario, 1, () -> new VectorKernels(1), false);
    }

    private Simulation(Scenario scenario, int threads, Supplier<Kernels> kernels, boolean trains) {
        this.scenario = scenario;
        auditor = scenario.auditors() == 0
                ? null
                : new SimulatedAuditor(
                        timeline, scenario.auditors() * scenario.crowd().tokensPerSecond());
        folder = TemporaryFolder.create();
        database = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1");
        log = new FileGradientLog(folder.path().resolve("updates"));
        var blobs = new FolderBlobStore(folder.path().resolve("store"));
        training = new Training(
                new RunRequest(folder.path(), scenario.model(), scenario.corpus(), scenario.recipe(), scenario.seed()),
                new Training.Limits(
                        Duration.ofSeconds(1),
                        1L << 40,
                        Integer.MAX_VALUE,
                        new Retention(2, 0, false),
                        CreditLedger.HELD_TASKS,
                        0,
                        scenario.replicas()),
                database,
                log,
                blobs,
                new ByteTokenizer(),
                new TrainMetrics(new SimpleMeterRegistry()),
                timeline,
                new Training.Driver(turns::add, newest, rules(), auditor, Lot.of(scenario.seed())));
        int parameters = ParameterLayout.of(training.model()).parameterCount();
        lab = trains
                ? new TrainingLab(training.model(), scenario.variant().inner(), blobs, threads, kernels)
                : new SeededLab(parameters);
        if (auditor != null) auditor.use(lab);
        training.onCaught(this::caught);
        crowd = new CrowdOfWorkers(
                training,
                lab,
                timeline,
                scenario,
                newest.candidate().checkpoint().bytes());
        int context = scenario.recipe().steps().context();
        loss = trains ? new HeldOutLoss(new VectorKernels(threads), training.model(), context) : null;
        sample = training.heldOut().sample(context, SAMPLE, SAMPLE_SEED);
    }

    private void caught(String worker) {
        crowd.caught(worker, newest.candidate().round().number());
    }

    /** The same object in all rounds: some rules remember, and a simulation's recipe does not change. */
    private Function<Recipe, UpdateRules> rules() {
        var layout = ParameterLayout.of(ModelChoice.config(scenario.model()));
        var plain = scenario.variant().rules(scenario.recipe(), layout);
        var rules = new UpdateRules(plain.greatestChange(), plain.aggregation(), inTime(plain.outer()));
        return _ -> rules;
    }

    /** While a round is closed, the trainer does nothing else, and the others go on. */
    private OuterRule inTime(OuterRule rule) {
        return (mean, momentum) -> {
            closings.apart(() -> timeline.pass(scenario.closingSeconds()));
            return rule.step(mean, momentum);
        };
    }

    /** @param progress hears a sentence now and then */
    Outcome run(Consumer<String> progress) {
        return run(POINTS, progress);
    }

    /** @param places of the curve, at most one a round */
    Outcome run(int places, Consumer<String> progress) {
        var points = new ArrayList<Point>();
        turned();
        crowd.gather();
        tick();
        long next = 0;
        double opened = 0;
        for (int round = -1; tokens() < scenario.tokens(); ) {
            if (newest.candidate().round().number() != round) {
                round = newest.candidate().round().number();
                opened = timeline.seconds();
                if (tokens() >= next) {
                    next += scenario.tokens() / places;
                    points.add(point());
                    progress.accept(points.getLast().sentence());
                }
            }
            if (timeline.seconds() > opened + PATIENCE_SECONDS)
                throw new IllegalStateException("round " + round + " did not end in a simulated hour: "
                        + crowd.tally().refused + " updates were refused");
            timeline.step();
            turned();
        }
        crowd.end();
        points.add(point());
        progress.accept(closings.sentence());
        return outcome(points);
    }

    private void tick() {
        training.trainer().tick();
        timeline.after(TICK_SECONDS, this::tick);
    }

    /** Does what the trainer has to do; a new checkpoint is there before the next event. */
    private void turned() {
        for (var turn = turns.poll(); turn != null; turn = turns.poll()) {
            int before = newest.round();
            closings.time(turn, () -> newest.round() > before);
        }
        var failure = training.trainer().failure();
        if (failure != null) throw new IllegalStateException(failure);
        var newest = this.newest.candidate();
        lab.checkpoint(newest.checkpoint().hash(), newest.weights());
        crowd.conspiracy().published(newest.checkpoint().hash(), newest.weights());
    }

    private long tokens() {
        return newest.candidate().round().tokens();
    }

    private Point point() {
        var candidate = newest.candidate();
        return new Point(
                candidate.round().number(),
                candidate.round().tokens(),
                crowd.tally().uploadBytes,
                timeline.seconds(),
                loss(candidate, sample),
                crowd.tally().computeSeconds,
                crowd.onlineSeconds());
    }

    private double loss(Candidate candidate, HeldOutWindows windows) {
        return loss == null ? Double.NaN : loss.of(candidate.weights(), windows);
    }

    private Outcome outcome(List<Point> points) {
        var candidate = newest.candidate();
        var all = training.heldOut().all(scenario.recipe().steps().context());
        return new Outcome(
                loss(candidate, all),
                candidate.round().number(),
                candidate.round().tokens(),
                candidate.weights().length,
                Digests.of(HeldOutLoss.bytes(candidate.weights())),
                timeline.seconds(),
                crowd.tally(),
                !scenario.verifies()
                        ? null
                        : new Caught(
                                crowd.liars(),
                                crowd.tally().fakesWhenCaught,
                                crowd.tally().roundsWhenCaught,
                                crowd.tally().honestCaught,
                                training.audited()),
                points);
    }

    @Override
    public void close() {
        lab.close();
        training.close();
        log.close();
        database.close();
        folder.close();
    }
}
