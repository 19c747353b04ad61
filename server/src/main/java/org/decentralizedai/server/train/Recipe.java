package org.decentralizedai.server.train;

import java.time.Duration;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.aggregate.Aggregation;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.DeviceMemory;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.MemoryPlan;
import org.decentralizedai.worker.TaskShape;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a model is trained.
 *
 * @param steps of each task, with the learning rate of the run's first
 * @param schedule of the learning rate over the run
 * @param minTasks that no round is closed without
 * @param roundTasks of a round at least: fewer workers compute several each, one after the other; minTasks where it is not named
 * @param maxTasks that a round waits for; between both it is the number of workers that are online. Where tasks are sized it may give
 *     out twice as many: those that are done early get another while there is time
 * @param outerRate α: θ ← θ − α · (mean update, with momentum)
 * @param outerMomentum μ of Nesterov's momentum (DiLoCo, Douillard et al. 2023); 0 for none
 * @param encoding of updates
 * @param parts into which updates are sliced: each task sends one slice of its update, and tasks take turns; 1 for whole updates
 * @param feedback β of the error feedback that workers keep, 0 for none; an update then is more than its task
 * @param auditable whether workers compute by their standard kernels, which add in one order in every browser, and not by the fastest;
 *     so that the updates of two honest workers differ as little as they can. It is of the run, and each of its tasks asks for it: a
 *     worker that saw which tasks are audited would compute only those as it should
 * @param stepEncoding in which outer steps are published, as deltas for workers that come back; F32: exactly, without deltas
 * @param secondMoment that is kept and published for the local steps; null: they are AdamW's from zero moments
 * @param aggregation how a round's updates become one
 * @param taskSeconds that a device computes a task: it gets as much of the whole task, which is {@code steps}, as it can do in
 *     that time; 0: all get the whole
 * @param leaseSeconds without a heartbeat after which a task goes to another worker
 * @param maxLeaseSeconds for all renewals together
 */
public record Recipe(
        LocalSteps steps,
        RateSchedule schedule,
        int minTasks,
        Integer roundTasks,
        int maxTasks,
        double outerRate,
        double outerMomentum,
        UpdateEncoding encoding,
        int parts,
        double feedback,
        Boolean auditable,
        UpdateEncoding stepEncoding,
        @Nullable SecondMoment secondMoment,
        Aggregation aggregation,
        Integer taskSeconds,
        int leaseSeconds,
        int maxLeaseSeconds) {
    private static final JsonMapper JSON = JsonMapper.shared();

    /** What a device should compute at a time: long beside up- and download, short enough for those who come for minutes. */
    private static final int TASK_SECONDS = 60;

    /** Tasks of a round: eight workers then compute two each, and wait half as often for new weights. */
    private static final int LEAST_TASKS = 16;

    /** Tasks for each slice: with three quarters of all a round may be closed, and among fewer than four of a slice nobody can be told to be unlike the others. */
    private static final int LEAST_OF_A_SLICE = 6;

    public Recipe {
        // in JSON that does not name them
        if (stepEncoding == null) stepEncoding = UpdateEncoding.INT8;
        if (aggregation == null) aggregation = Aggregation.ROBUST;
        if (schedule == null) schedule = RateSchedule.CONSTANT;
        if (auditable == null) auditable = false;
        if (taskSeconds == null) taskSeconds = 0;
        if (roundTasks == null) roundTasks = minTasks;
        if (minTasks <= 0 || roundTasks < minTasks || maxTasks < roundTasks)
            throw new IllegalArgumentException("must be 0 < minTasks <= roundTasks <= maxTasks: minTasks=" + minTasks
                    + ", roundTasks=" + roundTasks + ", maxTasks=" + maxTasks);
        if (!(outerRate > 0) || outerRate > 2)
            throw new IllegalArgumentException("outerRate must be in (0, 2]: outerRate=" + outerRate);
        if (!(outerMomentum >= 0) || outerMomentum >= 1)
            throw new IllegalArgumentException("outerMomentum must be in [0, 1): outerMomentum=" + outerMomentum);
        requireForm(encoding, parts, feedback);
        if (leaseSeconds <= 0 || maxLeaseSeconds < leaseSeconds)
            throw new IllegalArgumentException("must be 0 < leaseSeconds <= maxLeaseSeconds: leaseSeconds="
                    + leaseSeconds + ", maxLeaseSeconds=" + maxLeaseSeconds);
        if (taskSeconds < 0 || taskSeconds > maxLeaseSeconds)
            throw new IllegalArgumentException(
                    "must be 0 <= taskSeconds <= maxLeaseSeconds: taskSeconds=" + taskSeconds);
    }

    /** With robust aggregation and whole tasks. */
    public Recipe(
            LocalSteps steps,
            RateSchedule schedule,
            int minTasks,
            int maxTasks,
            double outerRate,
            double outerMomentum,
            UpdateEncoding encoding,
            int parts,
            double feedback,
            Boolean auditable,
            UpdateEncoding stepEncoding,
            @Nullable SecondMoment secondMoment,
            int leaseSeconds,
            int maxLeaseSeconds) {
        this(
                steps,
                schedule,
                minTasks,
                minTasks,
                maxTasks,
                outerRate,
                outerMomentum,
                encoding,
                parts,
                feedback,
                auditable,
                stepEncoding,
                secondMoment,
                Aggregation.ROBUST,
                0,
                leaseSeconds,
                maxLeaseSeconds);
    }

    /** Tasks are sized to devices so that they compute so long; 0: all get whole ones. */
    public Recipe withTaskSeconds(int seconds) {
        return new Recipe(
                steps,
                schedule,
                minTasks,
                roundTasks,
                maxTasks,
                outerRate,
                outerMomentum,
                encoding,
                parts,
                feedback,
                auditable,
                stepEncoding,
                secondMoment,
                aggregation,
                seconds,
                leaseSeconds,
                maxLeaseSeconds);
    }

    private static void requireForm(UpdateEncoding encoding, int parts, double feedback) {
        new UpdateForm(encoding, new Slice(0, parts), feedback); // has the rules
    }

    /** How an update of this slice is sent. @param part of {@link #parts} */
    UpdateForm form(int part) {
        return new UpdateForm(encoding, new Slice(part, parts), feedback);
    }

    /**
     * The start values for a model that is called so. {@code nano} and {@code tiny} are for a first look with a few volunteers
     * and no end in sight; any other model follows the rule of docs/training-recipe.md.
     */
    public static Recipe of(String modelName, ModelConfig model) {
        return switch (modelName) {
            case "nano" -> firstLook(model, 16, 8, 8, 3e-3, 16, 120);
            case "tiny" -> firstLook(model, 24, 16, 16, 2e-3, 32, 180);
            case "base" -> byRule(model, 6e-4, 600);
            default -> byRule(model, 1e-3, 300);
        };
    }

    private static Recipe firstLook(
            ModelConfig model, int steps, int batch, int microBatch, double rate, int maxTasks, int leaseSeconds) {
        var form = UploadBudget.HOME.densest(model);
        return new Recipe(
                localSteps(model, steps, batch, microBatch, rate),
                RateSchedule.CONSTANT,
                2,
                2,
                maxTasks,
                1.0,
                0,
                form.encoding(),
                form.slice().parts(),
                form.feedback(),
                false,
                UpdateEncoding.INT8,
                null,
                Aggregation.ROBUST,
                TASK_SECONDS,
                leaseSeconds,
                5 * leaseSeconds);
    }

    private static Recipe byRule(ModelConfig model, double rate, int leaseSeconds) {
        int workers = Math.min(64, TaskSize.mostWorkers(model));
        var size = TaskSize.of(model, workers, TASK_SECONDS, TaskSize.FAST_DEVICE_FLOPS);
        int batch = batch(model, size.batch());
        var form = UploadBudget.HOME.densest(model);
        long tokens = TaskSize.tokensOfRun(model);
        int roundTasks = Math.min(
                workers, Math.max(LEAST_TASKS, LEAST_OF_A_SLICE * form.slice().parts()));
        return new Recipe(
                localSteps(model, size.steps(), batch, microBatch(model, batch), rate),
                new RateSchedule(tokens, tokens / 10, 0.1),
                Math.ceilDiv(3 * roundTasks, 4),
                roundTasks,
                workers,
                0.7,
                0.8,
                form.encoding(),
                form.slice().parts(),
                form.feedback(),
                false,
                UpdateEncoding.INT4, // half of the download of each round: see docs/training-recipe.md
                null,
                Aggregation.ROBUST,
                TASK_SECONDS,
                leaseSeconds,
                5 * leaseSeconds);
    }

    /** No more than so many windows, nor less than three quarters of them: those of which most can be computed at a time. */
    private static int batch(ModelConfig model, int most) {
        return IntStream.iterate(most, batch -> batch >= 1 && 4 * batch >= 3 * most, batch -> batch - 1)
                .boxed()
                .max(Comparator.comparingInt((Integer batch) -> microBatch(model, batch))
                        .thenComparing(Comparator.naturalOrder()))
                .orElse(most);
    }

    /** As many windows at a time as a modest device holds. */
    private static int microBatch(ModelConfig model, int batch) {
        return MemoryPlan.microBatch(DeviceMemory.MODEST, new TaskShape(model, batch, 1, model.context()));
    }

    private static LocalSteps localSteps(ModelConfig model, int steps, int batch, int microBatch, double rate) {
        return new LocalSteps(steps, batch, microBatch, model.context(), rate, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);
    }

    /** @param done tokens that the run has trained on before the round */
    LocalSteps steps(long done) {
        return steps.withLearningRate(steps.learningRate() * schedule.share(done));
    }

    /** Whether anybody can compute an update again and compare: with error feedback it is more than its task, and of greatest values
     * alone honest ones differ too much. */
    boolean verifiable() {
        return feedback == 0 && !encoding.sparse();
    }

    static Recipe read(String json) {
        return JSON.readValue(json, Recipe.class);
    }

    String json() {
        return JSON.writeValueAsString(this);
    }

    Duration lease() {
        return Duration.ofSeconds(leaseSeconds);
    }

    Duration maxLease() {
        return Duration.ofSeconds(maxLeaseSeconds);
    }

    int tasks(int workersOnline) {
        return Math.clamp(workersOnline, roundTasks, maxTasks);
    }

    /** How many tasks of a round each worker computes, one after the other, where there are fewer workers than tasks. */
    int tasksEach(int workers) {
        return Math.ceilDiv(roundTasks, Math.max(1, workers));
    }

    /**
     * The greatest change of one parameter that a task's steps can make, doubled for rounding. An Adam step is at most the
     * learning rate times the bound of Cauchy and Schwarz on m/√v over the gradients' history, and one along a published second
     * moment is bounded as such; decay adds its share of the parameter. With error feedback all that was ever held back may come at once: 1 + β + β² + ... as much.
     *
     * @param greatestWeight greatest |θ| of the checkpoint
     */
    double greatestChange(double greatestWeight) {
        double ratio = secondMoment == null ? greatestAdamStep() : LocalTraining.BOUND;
        double perStep = steps.learningRate() * (ratio + steps.weightDecay() * greatestWeight);
        return 2 * steps.steps() * perStep / (1 - feedback);
    }

    /** In learning rates. */
    private double greatestAdamStep() {
        double decayed = steps.beta1() * steps.beta1() / steps.beta2();
        if (decayed >= 1) return 1;
        return Math.max(1, (1 - steps.beta1()) / Math.sqrt((1 - steps.beta2()) * (1 - decayed)));
    }
}
