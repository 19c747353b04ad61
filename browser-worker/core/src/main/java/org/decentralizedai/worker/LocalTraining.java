package org.decentralizedai.worker;

import org.decentralizedai.compress.DeviceUpdate;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.kernels.AdamW;
import org.decentralizedai.kernels.BlockCode;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.Arena;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.wire.LocalSteps;
import org.jspecify.annotations.Nullable;

/**
 * The mathematics of a task: H steps from θ_t; the update is θ_t − θ_t^(H) (the inner loop of DiLoCo, Douillard et al. 2023). Where
 * the coordinator publishes a second moment v, a step is along g / (√v + ε) with v as it is, which the coordinator keeps for all
 * (MimeLite, Karimireddy et al. 2020); else it is AdamW's from zero moments. Memory is taken by the constructor, as planned, and used for any number of tasks of the same shape;
 * each step waits for the device once, to read its losses.
 */
public final class LocalTraining implements DeviceUpdate {
    /** Greatest step along a published second moment, in learning rates: a parameter's rare gradients can be far above it. */
    public static final double BOUND = 60;

    private final Kernels kernels;
    private final TaskShape shape;
    private final Arena arena;
    private final TrainingMemory memory;
    private final Parameters weights, gradients, moment1, moment2;
    private final ParameterLayout layout;
    private final Decoder decoder;
    private byte[] start = {}; // holds θ_t from startAt on
    private int startAt;
    private byte @Nullable [] secondMoment; // packed as θ_t is

    /** Keeps all activations. @param steps only its batch, micro-batch and context matter here */
    public LocalTraining(Kernels kernels, ModelConfig config, LocalSteps steps) {
        this(kernels, MemoryPlan.keeping(TaskShape.of(config, steps)));
    }

    public LocalTraining(Kernels kernels, MemoryPlan plan) {
        this.kernels = kernels;
        shape = plan.shape();
        arena = new Arena(kernels);
        memory = plan.take(arena);
        weights = memory.step().weights();
        gradients = memory.step().gradients();
        moment1 = memory.step().moment1();
        moment2 = memory.step().moment2();
        layout = weights.layout();
        decoder = new Decoder(kernels, shape.model(), memory.decoder(), weights, gradients);
    }

    /** Whether tasks of this model and these steps run in the memory of this training. */
    public boolean fits(ModelConfig config, LocalSteps steps) {
        return fits(TaskShape.of(config, steps));
    }

    public boolean fits(TaskShape shape) {
        return shape.equals(this.shape);
    }

    /** Replaces θ_t by packed little-endian f32 values in layout order. Keeps the array, which nobody may change. */
    public void load(byte[] packed, int offset) {
        if (offset < 0 || packed.length - offset < Float.BYTES * layout.parameterCount())
            throw new IllegalArgumentException("too few values: bytes=" + packed.length + ", offset=" + offset);
        start = packed;
        startAt = offset;
    }

    /** The v of all steps, packed as θ_t is; null: AdamW from zero moments. Keeps the array, which nobody may change. */
    public void secondMoment(byte @Nullable [] packed) {
        if (packed != null && packed.length != Float.BYTES * layout.parameterCount())
            throw new IllegalArgumentException("wrong number of values: bytes=" + packed.length);
        secondMoment = packed;
    }

    /** Back to θ_t, a zero first moment, and the published second moment or zero. */
    public void restart() {
        weights.upload(kernels, start, startAt);
        moment1.segments().forEach(kernels::zero);
        if (secondMoment == null) moment2.segments().forEach(kernels::zero);
        else moment2.upload(kernels, secondMoment, 0);
    }

    /**
     * One step. Waits for the device.
     *
     * @param step counts from 1
     * @param windows of the task; this step takes numbers {@code (step - 1) * batch ..}
     * @return mean loss before the step, nats per token
     */
    public double step(LocalSteps steps, int step, TaskWindows windows) {
        return step(steps, step, windows, (step - 1) * shape.batch());
    }

    /** @param first window of this step */
    public double step(LocalSteps steps, int step, TaskWindows windows, int first) {
        gradient(windows, first);
        descend(steps, step);
        return loss();
    }

    /** Enqueues the gradients of a batch's mean loss, unclipped. @param first window of the batch */
    public void gradient(TaskWindows windows, int first) {
        int size = shape.microBatch();
        for (int i = 0; i < shape.microBatches(); i++) {
            kernels.upload(memory.inputs().get(i), windows.inputs(first + i * size, size));
            kernels.upload(memory.targets().get(i), windows.targets(first + i * size, size));
        }
        gradients.segments().forEach(kernels::zero);
        for (int i = 0; i < shape.microBatches(); i++) {
            Tensor losses =
                    decoder.gradient(memory.inputs().get(i), memory.targets().get(i), 1.0 / tokens());
            int at = i * memory.losses().columns();
            kernels.copy(memory.losses().view(at, Shape.of(decoder.rows(), 1)), losses);
        }
    }

    private void descend(LocalSteps steps, int step) {
        for (int s = 0; s < layout.segments(); s++)
            kernels.squaredNorm(memory.norm2(), gradients.segments().get(s), s > 0);
        for (int s = 0; s < layout.segments(); s++)
            kernels.adamW(
                    weights.segments().get(s),
                    gradients.segments().get(s),
                    moment1.segments().get(s),
                    moment2.segments().get(s),
                    memory.norm2(),
                    secondMoment == null
                            ? adamW(steps, step, steps.beta1(), steps.beta2(), Float.MAX_VALUE, s)
                            : adamW(steps, step, 0, 1, BOUND, s));
    }

    private AdamW adamW(LocalSteps steps, int step, double beta1, double beta2, double bound, int segment) {
        return new AdamW(
                steps.learningRate(step),
                beta1,
                beta2,
                steps.epsilon(),
                steps.weightDecay(),
                steps.clipNorm(),
                step,
                layout.decayed(segment),
                bound);
    }

    /** Mean loss of the batch of the last {@link #gradient}, nats per token. Waits for the device. */
    public double loss() {
        float[] all = kernels.read(memory.losses());
        int stride = memory.losses().columns();
        double sum = 0;
        for (int i = 0; i < shape.microBatches(); i++)
            for (int row = 0; row < decoder.rows(); row++) sum += all[i * stride + row];
        return sum / tokens();
    }

    /** Of a batch. */
    private double tokens() {
        return (double) shape.batch() * shape.context();
    }

    /** What {@link #gradient} reads and writes and a step changes, for who steps otherwise than by AdamW from zero moments. */
    public StepMemory memory() {
        return memory.step();
    }

    /** θ_t − θ, in layout order without padding. Waits for the device; overwrites the gradients with θ_t. */
    @Override
    public float[] update() {
        gradients.upload(kernels, start, startAt);
        return gradients.minus(kernels, weights, memory.piece());
    }

    /** A slice of the same, coded. Waits for the device; overwrites the gradients with θ_t and moments with the code. */
    @Override
    public byte[] coded(BlockCode code, Slice slice) {
        gradients.upload(kernels, start, startAt);
        return new CodedDifference(kernels, memory.piece(), memory.code()).of(gradients, weights, code, slice);
    }

    /** Releases the memory. */
    public void free() {
        arena.free();
    }

    /** A whole task from the loaded θ_t. */
    public LocalResult run(LocalSteps steps, TaskWindows windows) {
        restart();
        double first = 0, last = 0;
        for (int step = 1; step <= steps.steps(); step++) {
            last = step(steps, step, windows);
            if (step == 1) first = last;
        }
        return new LocalResult(update(), first, last);
    }

    /** A whole task at once, of a run without a published second moment. */
    public static LocalResult compute(
            Kernels kernels, ModelConfig config, byte[] packed, int offset, LocalSteps steps, TaskWindows windows) {
        return compute(kernels, config, packed, offset, null, steps, windows);
    }

    /** A whole task at once: what an audit recomputes. @param secondMoment null where none is published */
    public static LocalResult compute(
            Kernels kernels,
            ModelConfig config,
            byte[] packed,
            int offset,
            byte @Nullable [] secondMoment,
            LocalSteps steps,
            TaskWindows windows) {
        var training = new LocalTraining(kernels, config, steps);
        training.load(packed, offset);
        training.secondMoment(secondMoment);
        var result = training.run(steps, windows);
        training.free();
        return result;
    }
}
