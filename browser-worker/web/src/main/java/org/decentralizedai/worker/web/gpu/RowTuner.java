package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.kernels.RelativeError;
import org.decentralizedai.kernels.RotaryTable;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.LogitTiles;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.worker.KernelChoice;
import org.decentralizedai.worker.TaskShape;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.browser.Performance;

/** Finds the fastest form of each operation that works by rows, on operands of a model's sizes. */
final class RowTuner implements AutoCloseable {
    static final List<RowOperation> TUNED = List.of(
            RowOperation.ATTENTION,
            RowOperation.ATTENTION_BACKWARD,
            RowOperation.CROSS_ENTROPY,
            RowOperation.RMS_NORM,
            RowOperation.RMS_NORM_BACKWARD,
            RowOperation.ROTARY,
            RowOperation.SQUARED_NORM);

    private static final double TOLERANCE = 1e-4; // relative, L2, as KernelExpectations has it for attention's backward

    private final GpuKernels kernels;
    private final Timing timing;
    private final ModelConfig model;
    private final AttentionShape attention;
    private final List<Tensor> allocated = new ArrayList<>();
    private final List<Tokens> tokens = new ArrayList<>();
    private SplitMix64 random = new SplitMix64(1);

    RowTuner(GpuKernels kernels, TaskShape task) {
        this.kernels = kernels;
        timing = new Timing(kernels);
        model = task.model();
        attention =
                new AttentionShape(task.microBatch(), task.context(), model.heads(), model.kvHeads(), model.headDim());
    }

    /** An operation on fresh operands. @param run enqueues it @param outputs all that it writes */
    private record Work(Runnable run, List<Tensor> outputs) {}

    /** Leaves it in use. Waits. */
    KernelChoice fastest(RowOperation operation, double deadline) {
        Variants before = kernels.variants();
        RowForm best = RowForm.INVOCATION;
        kernels.choose(before.with(operation, best));
        List<float[]> expected = once(operation);
        double standard = time(operation), least = standard;
        for (RowForm form : List.of(RowForm.WORKGROUP, RowForm.SUBGROUP)) {
            if (!kernels.can(operation, form) || Performance.now() >= deadline) continue;
            if (!computesRightly(operation, form, expected)) continue;
            double millis = time(operation);
            if (millis < least) best = form;
            least = Math.min(least, millis);
        }
        kernels.choose(before.with(operation, best));
        return new KernelChoice(operation.expectations(), best.name(), least, standard);
    }

    /** Puts a form into use that was the fastest on an earlier visit, or the plain one where that computes wrongly. Waits. */
    boolean use(RowOperation operation, String name) {
        Variants plain = kernels.variants().with(operation, RowForm.INVOCATION);
        kernels.choose(plain);
        RowForm form = form(operation, name);
        if (form == RowForm.INVOCATION) return true;
        if (form != null && computesRightly(operation, form, once(operation))) return true;
        kernels.choose(plain);
        return false;
    }

    private @Nullable RowForm form(RowOperation operation, String name) {
        for (RowForm form : RowForm.values()) if (form.name().equals(name) && kernels.can(operation, form)) return form;
        return null;
    }

    /** Leaves the form in use. @param expected of the plain form */
    private boolean computesRightly(RowOperation operation, RowForm form, List<float[]> expected) {
        try {
            kernels.choose(kernels.variants().with(operation, form));
            List<float[]> actual = once(operation);
            for (int i = 0; i < expected.size(); i++)
                if (!(RelativeError.l2(actual.get(i), expected.get(i)) <= TOLERANCE)) return false; // NaN is not
            return true;
        } catch (KernelException _) { // does not compile here
            return false;
        }
    }

    /** All outputs. */
    private List<float[]> once(RowOperation operation) {
        random = new SplitMix64(1); // the same operands for every form
        Work work = work(operation);
        work.run().run();
        var values = new ArrayList<float[]>();
        for (Tensor output : work.outputs()) values.add(kernels.read(output));
        free();
        return values;
    }

    private double time(RowOperation operation) {
        Work work = work(operation);
        double millis = timing.millis(work.run(), work.outputs().getFirst());
        free();
        return millis;
    }

    private Work work(RowOperation operation) {
        int rows = attention.rows();
        Shape narrow = Shape.of(rows, model.hidden()),
                perRow = Shape.of(rows, 1),
                weight = Shape.vector(model.hidden());
        return switch (operation) {
            case RMS_NORM -> {
                Tensor y = zeros(narrow), rstd = zeros(perRow), x = values(narrow), w = values(weight);
                yield new Work(() -> kernels.rmsNorm(y, rstd, x, w, model.rmsNormEpsilon()), List.of(y, rstd));
            }
            case RMS_NORM_BACKWARD -> {
                Tensor dx = zeros(narrow), dw = zeros(weight), dy = values(narrow), x = values(narrow);
                Tensor w = values(weight), rstd = values(perRow);
                yield new Work(() -> kernels.rmsNormBackward(dx, dw, dy, x, w, rstd), List.of(dx, dw));
            }
            case ROTARY -> {
                Tensor x = values(attention.query());
                Tensor table = zeros(Shape.of(attention.context(), attention.headDim()));
                kernels.upload(table, RotaryTable.values(attention.context(), attention.headDim(), model.ropeTheta()));
                yield new Work(() -> kernels.rotary(x, table), List.of(x));
            }
            case CROSS_ENTROPY -> {
                int tile = LogitTiles.of(rows, model.vocabulary()).tile();
                Tensor losses = zeros(Shape.of(tile, 1)), logits = values(Shape.of(tile, model.vocabulary()));
                Tokens targets = targets(tile);
                yield new Work(
                        () -> kernels.crossEntropy(losses, logits, targets, 1.0 / rows), List.of(losses, logits));
            }
            case SQUARED_NORM -> {
                Tensor norm2 = zeros(Shape.vector(1)), x = values(Shape.of(rows, model.intermediate()));
                yield new Work(() -> kernels.squaredNorm(norm2, x, false), List.of(norm2));
            }
            case ATTENTION, CACHED_ATTENTION -> {
                Tensor out = zeros(attention.query()), lse = zeros(attention.perHead()), q = values(attention.query());
                Tensor k = values(attention.keyValue()), v = values(attention.keyValue());
                yield new Work(() -> kernels.attention(out, lse, q, k, v, attention), List.of(out, lse));
            }
            case ATTENTION_BACKWARD -> attentionBackward();
        };
    }

    private Work attentionBackward() {
        Shape query = attention.query(), keyValue = attention.keyValue();
        Tensor dq = zeros(query), dk = zeros(keyValue), dv = zeros(keyValue), delta = zeros(attention.perHead());
        Tensor dout = values(query), out = zeros(query), lse = zeros(attention.perHead());
        Tensor q = values(query), k = values(keyValue), v = values(keyValue);
        kernels.attention(out, lse, q, k, v, attention);
        return new Work(
                () -> kernels.attentionBackward(dq, dk, dv, delta, dout, out, lse, q, k, v, attention),
                List.of(dq, dk, dv, delta));
    }

    private Tensor zeros(Shape shape) {
        Tensor made = kernels.allocate(shape);
        allocated.add(made);
        return made;
    }

    private Tensor values(Shape shape) {
        Tensor made = zeros(shape);
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) values[i] = (int) (random.nextLong() >> 40) / (float) (1 << 23);
        kernels.upload(made, values);
        return made;
    }

    private Tokens targets(int rows) {
        Tokens made = kernels.allocateTokens(rows, model.vocabulary());
        tokens.add(made);
        int[] ids = new int[rows];
        for (int i = 0; i < rows; i++) ids[i] = i % model.vocabulary();
        kernels.upload(made, ids);
        return made;
    }

    private void free() {
        allocated.forEach(kernels::free);
        allocated.clear();
        tokens.forEach(kernels::free);
        tokens.clear();
    }

    @Override
    public void close() {
        free();
    }
}
