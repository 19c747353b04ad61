package org.decentralizedai.server.calibrate;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.WindowSchedule;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.TaskWindows;

/**
 * The tasks of a run of one worker, each computed by the auditor, by other honest ways and by cheats, and compared in every form.
 * The weights go on from task to task, θ ← θ − Δ, so that pairs come from all stages of a training. Used by one thread.
 */
final class CalibrationRun implements AutoCloseable {
    /**
     * What is computed.
     *
     * @param tasks of the run
     * @param doublesEvery so many tasks, since the reference is slow
     * @param cheatsEvery so many tasks
     */
    record Plan(ModelConfig model, LocalSteps steps, int tasks, int doublesEvery, int cheatsEvery, long seed) {}

    private final Plan plan;
    private final WindowSchedule schedule;
    private final BlobStore blobs;
    private final List<UpdateEncoding> encodings;
    private final Consumer<Pair> pairs;
    private final Map<Calculation, Kernels> kernels = new EnumMap<>(Calculation.class);
    private final RateSchedule rates;
    private final SplitMix64 random;
    private float[] weights;
    private float[] weightsBefore;
    private long task;

    /** @param pairs hears every comparison */
    CalibrationRun(
            Plan plan, WindowSchedule schedule, BlobStore blobs, List<UpdateEncoding> encodings, Consumer<Pair> pairs) {
        this.plan = plan;
        this.schedule = schedule;
        this.blobs = blobs;
        this.encodings = encodings;
        this.pairs = pairs;
        for (Calculation way : Calculation.values()) kernels.put(way, way.kernels());
        long tokens = (long) plan.tasks() * plan.steps().tokens();
        rates = new RateSchedule(tokens, tokens / 10, 0.1);
        random = new SplitMix64(plan.seed());
        weights = Initializer.weights(ParameterLayout.of(plan.model()), plan.seed());
        weightsBefore = weights;
    }

    void run() {
        for (task = 0; task < plan.tasks(); task++) {
            var work = new Work();
            for (Calculation way : Calculation.values()) if (due(way)) compare(way.name(), true, work, work.by(way));
            if (task > 0 && task % plan.cheatsEvery() == 0)
                for (Cheat cheat : Cheat.values()) compare(cheat.name(), false, work, cheat.update(work));
            weightsBefore = weights;
            weights = stepped(weights, work.honest());
        }
    }

    private boolean due(Calculation way) {
        return switch (way) {
            case AUDITOR -> false;
            case DOUBLES -> task % plan.doublesEvery() == 0;
            case BACKWARDS, HALF_OPERANDS -> true;
        };
    }

    private static float[] stepped(float[] weights, float[] update) {
        float[] next = new float[weights.length];
        for (int i = 0; i < next.length; i++) next[i] = weights[i] - update[i];
        return next;
    }

    private void compare(String source, boolean honest, Work work, float[] other) {
        for (UpdateEncoding encoding : encodings)
            pairs.accept(new Pair(
                    source,
                    honest,
                    encoding,
                    task,
                    Agreement.of(encoding, work.honest(), UpdateCodec.encode(encoding, other))));
    }

    /** The current task. */
    private final class Work implements Cheat.Work {
        private final LocalSteps steps = plan.steps()
                .withLearningRate(plan.steps().learningRate()
                        * rates.share(task * plan.steps().tokens()));
        private final float[] honest = by(Calculation.AUDITOR);

        float[] by(Calculation way) {
            return compute(kernels(way), steps, weights, task);
        }

        @Override
        public LocalSteps steps() {
            return steps;
        }

        @Override
        public SplitMix64 random() {
            return random;
        }

        @Override
        public float[] honest() {
            return honest;
        }

        @Override
        public float[] update(LocalSteps changed) {
            return compute(kernels(Calculation.AUDITOR), changed, weights, task);
        }

        @Override
        public float[] ofOtherData() {
            return compute(kernels(Calculation.AUDITOR), steps, weights, task + 1);
        }

        @Override
        public float[] ofStaleWeights() {
            return compute(kernels(Calculation.AUDITOR), steps, weightsBefore, task);
        }
    }

    private Kernels kernels(Calculation way) {
        var found = kernels.get(way);
        if (found == null) throw new IllegalStateException("no kernels: " + way);
        return found;
    }

    private float[] compute(Kernels on, LocalSteps steps, float[] from, long ofTask) {
        var data = schedule.windows(ofTask);
        var windows = new TaskWindows(blobs.get(data.shard()), data, steps.context());
        return LocalTraining.compute(on, plan.model(), Packed.of(from), 0, steps, windows)
                .update();
    }

    @Override
    public void close() {
        kernels.values().forEach(Kernels::close);
    }
}
