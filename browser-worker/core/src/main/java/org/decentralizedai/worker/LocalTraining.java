package org.decentralizedai.worker;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.AdamW;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Decoder;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.wire.LocalSteps;

/**
 * The mathematics of a task: H AdamW steps from θ_t with zero moments; the update is θ_t − θ_t^(H) (the inner loop of DiLoCo,
 * Douillard et al. 2023). Memory is allocated by the constructor and used for any number of tasks of the same shape; each
 * step waits for the device once, to read its losses.
 */
public final class LocalTraining {
    private final Kernels kernels;
    private final ModelConfig config;
    private final int batch, microBatch, context;
    private final ParameterLayout layout;
    private final Parameters start, weights, gradients, moment1, moment2;
    private final Decoder decoder;
    private final List<Tokens> inputs = new ArrayList<>(), targets = new ArrayList<>(); // one of each per micro-batch
    private final Tensor losses; // (micro-batches,stride)
    private final Tensor norm2;

    /** @param steps only its batch, micro-batch and context matter here */
    public LocalTraining(Kernels kernels, ModelConfig config, LocalSteps steps) {
        if (steps.context() > config.context())
            throw new IllegalArgumentException(
                    "context must be <= " + config.context() + ": context=" + steps.context());
        this.kernels = kernels;
        this.config = config;
        batch = steps.batch();
        microBatch = steps.microBatch();
        context = steps.context();
        layout = ParameterLayout.of(config);
        start = Parameters.allocate(kernels, layout);
        weights = Parameters.allocate(kernels, layout);
        gradients = Parameters.allocate(kernels, layout);
        moment1 = Parameters.allocate(kernels, layout);
        moment2 = Parameters.allocate(kernels, layout);
        decoder = new Decoder(kernels, config, microBatch, context, weights, gradients);
        for (int i = 0; i < microBatches(); i++) {
            inputs.add(kernels.allocateTokens(decoder.rows(), config.vocabulary()));
            targets.add(kernels.allocateTokens(decoder.rows(), config.vocabulary()));
        }
        losses = kernels.allocate(Shape.of(microBatches(), stride()));
        norm2 = kernels.allocate(Shape.of(1, 1));
    }

    /** Whether tasks of this model and these steps run in the memory of this training. */
    public boolean fits(ModelConfig config, LocalSteps steps) {
        return config.equals(this.config)
                && steps.batch() == batch
                && steps.microBatch() == microBatch
                && steps.context() == context;
    }

    private int microBatches() {
        return batch / microBatch;
    }

    /** Rows of a micro-batch, rounded up so that each begins where a device can bind it. */
    private int stride() {
        int alignment = ParameterLayout.ALIGNMENT;
        return (decoder.rows() + alignment - 1) / alignment * alignment;
    }

    /** Replaces θ_t by packed little-endian f32 values in layout order. */
    public void load(byte[] packed, int offset) {
        start.upload(kernels, packed, offset);
    }

    /** θ_t, in layout order without padding. Waits for the device. */
    float[] loaded() {
        return start.read(kernels);
    }

    /** Back to θ_t and zero moments. */
    public void restart() {
        for (int s = 0; s < layout.segments(); s++) {
            kernels.copy(weights.segments().get(s), start.segments().get(s));
            kernels.zero(moment1.segments().get(s));
            kernels.zero(moment2.segments().get(s));
        }
    }

    /**
     * One step. Waits for the device.
     *
     * @param step counts from 1
     * @param windows of the task; this step takes numbers {@code (step - 1) * batch ..}
     * @return mean loss before the step, nats per token
     */
    public double step(LocalSteps steps, int step, TaskWindows windows) {
        return step(steps, step, windows, (step - 1) * batch);
    }

    /** @param first window of this step */
    public double step(LocalSteps steps, int step, TaskWindows windows, int first) {
        gradient(windows, first);
        descend(steps, step);
        return loss();
    }

    /** Enqueues the gradients of a batch's mean loss, unclipped. @param first window of the batch */
    public void gradient(TaskWindows windows, int first) {
        int rows = decoder.rows();
        for (int i = 0; i < microBatches(); i++) {
            kernels.upload(inputs.get(i), windows.inputs(first + i * microBatch, microBatch));
            kernels.upload(targets.get(i), windows.targets(first + i * microBatch, microBatch));
        }
        gradients.segments().forEach(kernels::zero);
        for (int i = 0; i < microBatches(); i++) {
            decoder.forward(inputs.get(i));
            Tensor loss = decoder.loss(targets.get(i), 1.0 / ((double) batch * context));
            kernels.copy(losses.view(i * stride(), Shape.of(rows, 1)), loss);
            decoder.backward(inputs.get(i));
        }
    }

    private void descend(LocalSteps steps, int step) {
        for (int s = 0; s < layout.segments(); s++)
            kernels.squaredNorm(norm2, gradients.segments().get(s), s > 0);
        for (int s = 0; s < layout.segments(); s++)
            kernels.adamW(
                    weights.segments().get(s),
                    gradients.segments().get(s),
                    moment1.segments().get(s),
                    moment2.segments().get(s),
                    norm2,
                    new AdamW(
                            steps.learningRate(step),
                            steps.beta1(),
                            steps.beta2(),
                            steps.epsilon(),
                            steps.weightDecay(),
                            steps.clipNorm(),
                            step,
                            layout.decayed(s)));
    }

    /** Mean loss of the batch of the last {@link #gradient}, nats per token. Waits for the device. */
    public double loss() {
        float[] all = kernels.read(losses);
        double sum = 0;
        for (int i = 0; i < microBatches(); i++)
            for (int row = 0; row < decoder.rows(); row++) sum += all[i * stride() + row];
        return sum / ((double) batch * context);
    }

    /** What {@link #gradient} reads and writes and a step changes, for who steps otherwise than by AdamW from zero moments. */
    public StepMemory memory() {
        return new StepMemory(weights, gradients, moment1, moment2);
    }

    /** θ_t − θ, in layout order without padding. Waits for the device; overwrites the gradients. */
    public float[] update() {
        for (int s = 0; s < layout.segments(); s++)
            kernels.subtract(
                    gradients.segments().get(s),
                    start.segments().get(s),
                    weights.segments().get(s));
        return gradients.read(kernels);
    }

    /** Releases the memory. */
    public void free() {
        decoder.free();
        for (Parameters all : List.of(start, weights, gradients, moment1, moment2)) all.free(kernels);
        inputs.forEach(kernels::free);
        targets.forEach(kernels::free);
        kernels.free(losses);
        kernels.free(norm2);
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

    /** A whole task at once: what an audit recomputes. */
    public static LocalResult compute(
            Kernels kernels, ModelConfig config, byte[] packed, int offset, LocalSteps steps, TaskWindows windows) {
        var training = new LocalTraining(kernels, config, steps);
        training.load(packed, offset);
        var result = training.run(steps, windows);
        training.free();
        return result;
    }
}
