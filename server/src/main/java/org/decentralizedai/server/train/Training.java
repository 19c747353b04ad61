package org.decentralizedai.server.train;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.credit.CreditRule;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.JdbcTaskLedger;
import org.decentralizedai.server.state.Portions;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.RunLedger;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.verify.Lot;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.evaluation.HeldOut;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/** The training of one run, wired: what the edges (sockets, HTTP, chat) talk to. */
public final class Training implements AutoCloseable {
    private final Run run;
    private final ModelConfig model;
    private final RunLedger runs;
    private final WorkerLedger workers;
    private final EventLedger events;
    private final RoundLedger rounds;
    private final CreditLedger credits;
    private final TaskDesk desk;
    private final Audits audits;
    private final UpdateIntake intake;
    private final PromotedPointer promotions;
    private final RunStatus status;
    private final RoundRecords records;
    private final Corpus corpus;
    private final HeldOut heldOut;
    private final Examiner examiner;
    private final @Nullable TrainerThreads threads;
    private final Trainer trainer;

    /**
     * @param grace how long the task of a worker that has lost its connection waits for it
     * @param uploadBytes of all unfinished uploads together
     * @param heldTasks of an account whose credit is held back
     * @param auditors cores that compute accepted updates again; 0: none
     * @param replicas of which tasks second workers do that
     */
    public record Limits(
            Duration grace,
            long uploadBytes,
            int promoteEvery,
            Retention retention,
            int heldTasks,
            int auditors,
            Replication replicas) {}

    /**
     * Whoever drives a training instead of its own threads, judge and rules: it calls {@link Trainer#tick} too.
     *
     * @param turns runs one thing after the other, never within the call
     * @param auditor null where the server computes nothing again
     * @param rules of a round with this recipe
     * @param lot that draws who is
     */
    public record Driver(
            Executor turns,
            Examiner examiner,
            Function<Recipe, UpdateRules> rules,
            @Nullable Auditor auditor,
            Lot lot) {}

    /** A training that runs by itself. Opens or makes the run; fetches the default corpus if it is needed. Returns when tasks can be given out. */
    public Training(
            RunRequest request,
            Limits limits,
            Database database,
            GradientLog log,
            BlobStore blobs,
            Tokenizer tokenizer,
            TrainMetrics metrics,
            Clock clock) {
        this(request, limits, database, log, blobs, tokenizer, metrics, clock, null);
    }

    /** @param driver null for a training that runs by itself */
    public Training(
            RunRequest request,
            Limits limits,
            Database database,
            GradientLog log,
            BlobStore blobs,
            Tokenizer tokenizer,
            TrainMetrics metrics,
            Clock clock,
            @Nullable Driver driver) {
        runs = new RunLedger(database, clock);
        workers = new WorkerLedger(database, clock);
        events = new EventLedger(database, clock);
        rounds = new RoundLedger(database, clock);
        var opened = new RunOpening(runs, blobs, tokenizer).open(request);
        run = opened.run();
        model = opened.model();
        var recipe = opened.recipe();
        var checkpoints = new CheckpointStore(blobs);
        var verification = verification(limits, blobs, driver);
        verification.require(recipe);
        credits = new CreditLedger(database, clock, CreditRule.of(model), limits.heldTasks(), verification.happens());
        var tasks = new JdbcTaskLedger(database, clock, credits);
        var speeds = new Speeds(workers, model);
        desk = new TaskDesk(tasks, rounds, speeds, metrics, clock, limits.grace());
        promotions = new PromotedPointer(blobs, checkpoints, events, model);
        int parameters = ParameterLayout.of(model).parameterCount();
        status = new RunStatus(run, parameters, opened.corpus(), rounds, workers, desk, promotions);
        records = new RoundRecords(run, blobs, rounds, tasks, log);
        corpus = opened.corpus();
        heldOut = opened.heldOut();
        Executor turns;
        Function<Recipe, UpdateRules> rules;
        if (driver == null) {
            var own = new TrainerThreads();
            threads = own;
            turns = own;
            examiner = judge(limits, checkpoints, metrics, clock);
            rules = UpdateRules::of;
        } else {
            threads = null;
            turns = driver.turns();
            examiner = driver.examiner();
            rules = driver.rules();
        }
        var ledger = new AuditLedger(database, clock);
        audits = new Audits(ledger, tasks, workers, events, log, desk, metrics, clock, verification, credits, turns);
        audits.onCaught(credits::forfeit);
        intake = new UpdateIntake(tasks, log, workers, desk, audits, metrics, clock, limits.uploadBytes());
        var shelf = new CheckpointShelf(blobs, checkpoints, rounds, run, model, limits.retention());
        var plans = new RoundPlans(run, model, corpus.train(), recipe, rules, tasks, rounds, shelf);
        var parts = new TrainerParts(
                run,
                runs,
                model,
                recipe,
                rules,
                plans,
                tasks,
                rounds,
                events,
                log,
                database,
                shelf,
                records,
                desk,
                intake,
                audits,
                examiner,
                promotions,
                metrics,
                clock,
                status::refresh);
        var running = rounds.current().flatMap(round -> rounds.recipe(round.number()));
        var under = running.map(Recipe::read).orElse(recipe);
        new Portions(database)
                .adopt(
                        plans.portion(under),
                        under.steps().steps(),
                        under.steps().batch());
        trainer = new Trainer(parts, turns);
        if (run.paused()) desk.mode(TaskDesk.Mode.PAUSED);
        trainer.start();
        if (threads != null) threads.everySecond(trainer::tick);
    }

    private Verification verification(Limits limits, BlobStore blobs, @Nullable Driver driver) {
        if (driver != null) return new Verification(driver.auditor(), limits.replicas(), driver.lot());
        var auditor = limits.auditors() == 0 ? null : auditor(limits.auditors(), blobs);
        return new Verification(auditor, limits.replicas(), Lot.secret());
    }

    private Auditor auditor(int cores, BlobStore blobs) {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty())
            throw new IllegalArgumentException(
                    "auditors need the JDK's vectors: start java with --add-modules=jdk.incubator.vector, or set auditors to 0");
        return new VectorAuditor(model, blobs, cores);
    }

    private Judge judge(Limits limits, CheckpointStore checkpoints, TrainMetrics metrics, Clock clock) {
        return new Judge(
                model,
                heldOut.roundSample(model),
                heldOut.all(model.context()),
                checkpoints,
                rounds,
                events,
                promotions,
                metrics,
                clock,
                limits.promoteEvery(),
                status::refresh,
                found -> trainer.scored(found));
    }

    public Corpus corpus() {
        return corpus;
    }

    public HeldOut heldOut() {
        return heldOut;
    }

    public Run run() {
        return run;
    }

    public ModelConfig model() {
        return model;
    }

    public RunLedger runs() {
        return runs;
    }

    public RoundLedger rounds() {
        return rounds;
    }

    public WorkerLedger workers() {
        return workers;
    }

    public CreditLedger credits() {
        return credits;
    }

    public EventLedger events() {
        return events;
    }

    public TaskDesk desk() {
        return desk;
    }

    /** @param listener is told the worker of each fake that an audit has found */
    public void onCaught(Consumer<String> listener) {
        audits.onCaught(worker -> {
            credits.forfeit(worker);
            listener.accept(worker);
        });
    }

    public AuditLedger.Counts audited() {
        return audits.counts();
    }

    public UpdateIntake intake() {
        return intake;
    }

    public Promotions promotions() {
        return promotions;
    }

    public RunStatus status() {
        return status;
    }

    public RoundRecords records() {
        return records;
    }

    public Trainer trainer() {
        return trainer;
    }

    @Override
    public void close() {
        if (threads != null) threads.close();
        examiner.close();
        audits.close();
    }
}
