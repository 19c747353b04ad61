package org.decentralizedai.server.simulate;

import java.nio.file.Path;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.aggregate.Aggregation;
import org.decentralizedai.server.train.CorpusRequest;
import org.decentralizedai.server.train.ModelChoice;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.Replication;
import org.decentralizedai.server.train.SecondMoment;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A scenario on the command line. What is not given is the model's recipe, and a crowd of laptops behind a home's line. */
final class ScenarioOptions {
    private static final int WARMUP_STEPS = 3;

    @Option(names = "--model", paramLabel = "MODEL", description = "nano, tiny, small, base or a config.json (nano)")
    private String model = "nano";

    @Option(names = "--corpus", paramLabel = "PATH", description = "text to train on (default: fetched by npm)")
    private @Nullable Path corpus;

    @Option(names = "--corpus-sha256", paramLabel = "HEX", description = "SHA-256 that the corpus file must have")
    private @Nullable String corpusHash;

    @Option(
            names = "--held-out-tail",
            arity = "0..1",
            fallbackValue = "0.1",
            paramLabel = "SHARE",
            description = "hold out the end of one continuous text (0.1) instead of whole documents")
    private @Nullable Double heldOutTail;

    @Option(names = "--tokens", paramLabel = "N", description = "accepted tokens to train on (1000000)")
    private long tokens = 1_000_000;

    @Option(names = "--seed", paramLabel = "N", description = "of the weights, the data's order and the crowd (1)")
    private long seed = 1;

    @Option(
            names = "--synchronous",
            description = "no workers: AdamW or Muon over batches of --batch windows, what everything is compared with")
    private boolean synchronous;

    @Option(names = "--workers", paramLabel = "K", description = "workers at any time, a task of a round for each (16)")
    private int workers = 16;

    @Option(
            names = "--min-tasks",
            paramLabel = "N",
            description = {
                "that no round is closed without; from three quarters of its tasks on the others may come late",
                "(all workers': a round waits for everybody)"
            })
    private @Nullable Integer minTasks;

    @Option(
            names = "--round-tasks",
            paramLabel = "N",
            description = "tasks of a round at least: fewer workers compute several each (those of --min-tasks)")
    private @Nullable Integer roundTasks;

    @Option(names = "--steps", paramLabel = "H", description = "local steps of a task")
    private @Nullable Integer steps;

    @Option(names = "--batch", paramLabel = "B", description = "windows of a local step")
    private @Nullable Integer batch;

    @Option(
            names = "--micro-batch",
            paramLabel = "B",
            description =
                    "of these that are computed at a time (the model's, or the greatest below it that divides the batch)")
    private @Nullable Integer microBatch;

    @Option(names = "--rate", paramLabel = "LR", description = "learning rate of the first round")
    private @Nullable Double rate;

    @Option(names = "--floor", paramLabel = "SHARE", description = "of the learning rate that is left at the end (0.1)")
    private double floor = 0.1;

    @Option(names = "--rise", paramLabel = "SHARE", description = "of the run in which the learning rate rises (0.1)")
    private double rise = 0.1;

    @Option(names = "--warmup", paramLabel = "N", description = "steps over which the rate rises in each task")
    private @Nullable Integer warmup;

    @Option(names = "--beta2", paramLabel = "X", description = "AdamW's decay of the second moment")
    private @Nullable Double beta2;

    @Option(
            names = "--inner",
            paramLabel = "KIND",
            description = {
                "optimiser of the local steps: ${COMPLETION-CANDIDATES} (ADAMW, from zero in each task).",
                "ADAMW_CARRIED: workers keep their moments from task to task; MUON: from zero in each task"
            })
    private Inner inner = Inner.ADAMW;

    @Option(
            names = "--outer",
            paramLabel = "KIND",
            description = "optimiser of the outer step: ${COMPLETION-CANDIDATES} (NESTEROV)")
    private Outer outer = Outer.NESTEROV;

    @Option(
            names = "--outer-rate",
            paramLabel = "A",
            description = "of the outer step; ADAM's is the way of a parameter in a round, and must be given")
    private @Nullable Double outerRate;

    @Option(
            names = "--outer-momentum",
            paramLabel = "M",
            description = "of the outer step: Nesterov's, 0 for none, or beta1 of ADAM")
    private @Nullable Double outerMomentum;

    @Option(names = "--encoding", paramLabel = "FORM", description = "of the updates: ${COMPLETION-CANDIDATES}")
    private @Nullable UpdateEncoding encoding;

    @Option(names = "--parts", paramLabel = "N", description = "into which updates are sliced, 1 for whole ones")
    private @Nullable Integer parts;

    @Option(names = "--step-encoding", paramLabel = "FORM", description = "in which outer steps are published")
    private @Nullable UpdateEncoding stepEncoding;

    @Option(
            names = "--second-moment",
            paramLabel = "BETA",
            description = {
                "decay, in a round, of a second moment that is kept and published for the",
                "local steps of --inner ADAMW; 0: each task's begins at zero"
            })
    private @Nullable Double secondMoment;

    @Option(
            names = "--second-moment-rounds",
            paramLabel = "N",
            description = "after which the second moment is published again (8)")
    private int secondMomentRounds = 8;

    @Option(names = "--feedback", paramLabel = "BETA", description = "of the workers' error feedback, 0 for none")
    private @Nullable Double feedback;

    @Option(
            names = "--aggregation",
            paramLabel = "KIND",
            description = "how the updates of a round become one: ${COMPLETION-CANDIDATES}")
    private @Nullable Aggregation aggregation;

    @Option(
            names = "--task-seconds",
            paramLabel = "S",
            description = "that a task is computed: workers get as much of one as they can do in it (0: all of it)")
    private int taskSeconds;

    @Option(names = "--churn", paramLabel = "P", description = "probability to leave in the midst of a task (0)")
    private double churn;

    @Option(names = "--farewell", description = "who leaves sends the steps that it has done")
    private boolean farewell;

    @Option(names = "--join-delay", paramLabel = "S", description = "until a new worker comes for one that left (10)")
    private double joinSeconds = 10;

    @Option(names = "--up", paramLabel = "MBIT", description = "of a worker's line (10)")
    private double up = 10;

    @Option(names = "--down", paramLabel = "MBIT", description = "of a worker's line (50)")
    private double down = 50;

    @Option(names = "--latency", paramLabel = "MS", description = "of a worker's line, one way (30)")
    private double latency = 30;

    @Option(names = "--speed", paramLabel = "N", description = "tokens a second of the median worker (2000)")
    private double speed = 2000;

    @Option(names = "--spread", paramLabel = "S", description = "deviation of the logarithm of the speeds (0.3)")
    private double spread = 0.3;

    @Option(names = "--attackers", paramLabel = "SHARE", description = "of the workers that are dishonest (0)")
    private double attackers;

    @Option(names = "--attack", paramLabel = "KIND", description = "what those do: ${COMPLETION-CANDIDATES}")
    private Attack attack = Attack.SIGN_FLIP;

    @Option(names = "--honest-first", paramLabel = "N", description = "tasks before an attacker's first lie (0)")
    private int honestFirst;

    @Option(
            names = "--auditors",
            paramLabel = "N",
            description = {
                "the server computes updates again, drawn by lot, and replaces fakes; as fast as N median workers",
                "(0: nobody is audited)"
            })
    private int auditors;

    @Option(
            names = "--replicas",
            paramLabel = "WHICH",
            description = {
                "of which tasks a second worker's update is compared instead: ${COMPLETION-CANDIDATES}",
                "(NEVER; ALWAYS does it without auditors too)"
            })
    private Replication replicas = Replication.NEVER;

    @Option(
            names = "--closing",
            paramLabel = "S",
            description = "that the server takes to close a round, in which workers wait or go on (0)")
    private double closing;

    @Option(names = "--colluding", description = "they act in league: all send the same, below every norm, disguised")
    private boolean colluding;

    long seed() {
        return seed;
    }

    boolean synchronous() {
        return synchronous;
    }

    Scenario scenario() {
        if (outer == Outer.ADAM && outerRate == null)
            throw new IllegalArgumentException(
                    "--outer ADAM needs an --outer-rate: how far a parameter goes in a round");
        var preset = Recipe.of(model, ModelChoice.config(model));
        var moment = secondMoment(preset);
        if (moment != null && inner != Inner.ADAMW)
            throw new IllegalArgumentException(
                    "--inner " + inner + " has moments of its own: it needs --second-moment 0");
        var crowd = new Scenario.Crowd(
                workers,
                churn,
                farewell,
                joinSeconds,
                speed,
                spread,
                new Link(up, down, latency),
                attackers,
                attack,
                honestFirst,
                colluding);
        int least = minTasks == null ? workers : minTasks, tasks = roundTasks == null ? least : roundTasks;
        var recipe = new Recipe(
                local(preset.steps()),
                new RateSchedule(tokens, (long) (rise * tokens), floor),
                least,
                tasks,
                Math.max(workers, tasks),
                or(outerRate, preset.outerRate()),
                or(outerMomentum, preset.outerMomentum()),
                encoding == null ? preset.encoding() : encoding,
                parts == null ? preset.parts() : parts,
                or(feedback, preset.feedback()),
                preset.auditable(),
                stepEncoding == null ? preset.stepEncoding() : stepEncoding,
                moment,
                aggregation == null ? preset.aggregation() : aggregation,
                taskSeconds,
                preset.leaseSeconds(),
                preset.maxLeaseSeconds());
        return new Scenario(
                model, corpus(), recipe, new Variant(inner, outer), crowd, auditors, replicas, closing, tokens, seed);
    }

    private @Nullable SecondMoment secondMoment(Recipe preset) {
        if (secondMoment == null) return preset.secondMoment();
        return secondMoment == 0 ? null : new SecondMoment(secondMoment, secondMomentRounds);
    }

    private LocalSteps local(LocalSteps preset) {
        var sized = preset.sized(steps == null ? preset.steps() : steps, batch == null ? preset.batch() : batch);
        return new LocalSteps(
                sized.steps(),
                sized.batch(),
                microBatch == null ? sized.microBatch() : microBatch,
                preset.context(),
                or(rate, preset.learningRate()),
                warmup == null ? Math.min(WARMUP_STEPS, preset.warmupSteps()) : warmup,
                preset.beta1(),
                or(beta2, preset.beta2()),
                preset.epsilon(),
                preset.weightDecay(),
                preset.clipNorm(),
                preset.activations());
    }

    private static double or(@Nullable Double given, double otherwise) {
        return given == null ? otherwise : given;
    }

    private CorpusRequest corpus() {
        return new CorpusRequest(
                corpus,
                corpusHash == null ? null : new Sha256(corpusHash),
                heldOutTail == null ? Corpus.DEFAULT_HELD_OUT_SHARE : heldOutTail,
                heldOutTail != null);
    }
}
