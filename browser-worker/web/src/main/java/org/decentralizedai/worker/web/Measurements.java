package org.decentralizedai.worker.web;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.decentralizedai.compress.Sender;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.Generation;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ModelProducts;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.MemoryPlan;
import org.decentralizedai.worker.TaskShape;
import org.decentralizedai.worker.TaskWindows;
import org.decentralizedai.worker.web.gpu.Autotuner;
import org.decentralizedai.worker.web.gpu.GpuDevice;
import org.decentralizedai.worker.web.gpu.GpuKernels;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.typedarrays.Float32Array;
import org.teavm.jso.typedarrays.Float64Array;
import org.teavm.jso.typedarrays.Int32Array;
import org.teavm.jso.typedarrays.Int8Array;

/**
 * Times parts of the worker on this device, for benchmarks. Each work is done once untimed, which compiles, finds the fastest
 * kernels and allocates; the time ends with a read-back. Device, kernels and the memory of a model are kept from one measurement to the next.
 */
final class Measurements implements AutoCloseable {
    private static final double TUNING_MILLIS = 20_000;
    private static final double LEARNING_RATE = 1e-3, THETA = 10_000, EPSILON = 1e-5;

    private final WebClock clock = new WebClock();
    private final GpuDevice gpu;
    private final GpuKernels kernels;
    private final Map<ProductShape, String> tuned = new HashMap<>(); // name of the chosen kernel
    private @Nullable LocalTraining training;
    private @Nullable Keeping keeping; // of the training
    private @Nullable Reader reader;

    /** A model that generates. */
    private record Reader(ModelConfig config, Parameters weights, Generation text) {}

    /** @throws KernelException where there is no device, or it does not compile the kernels */
    Measurements() {
        gpu = GpuDevice.request();
        try {
            kernels = GpuKernels.open(gpu);
        } catch (KernelException e) {
            gpu.close();
            throw e;
        }
    }

    /** Answers with an event 'measured'. Waits. */
    void measure(MeasureCommand wanted) {
        switch (wanted.getWhat()) {
            case "product" -> product(wanted);
            case "step" -> steps(wanted);
            case "update" -> update(wanted);
            case "generate" -> generate(wanted);
            default -> throw new IllegalArgumentException("can't measure: " + wanted.getWhat());
        }
    }

    private void product(MeasureCommand wanted) {
        MatmulLayout layout = MatmulLayout.valueOf(wanted.getLayout());
        var shape = new ProductShape(layout, wanted.getM(), wanted.getN(), wanted.getK());
        String kernel = tuned.computeIfAbsent(shape, this::fastest);
        Tensor a = kernels.allocate(shape.a()), b = kernels.allocate(shape.b()), c = kernels.allocate(shape.c());
        try {
            kernels.upload(a, wanted.getA().copyToJavaArray());
            kernels.upload(b, wanted.getB().copyToJavaArray());
            kernels.matmul(layout, c, a, b, wanted.isAccumulate());
            float[] values = kernels.read(wanted.isValues() ? c : c.firstRows(1));
            double start = clock.millis();
            for (int i = 0; i < wanted.getTimes(); i++) kernels.matmul(layout, c, a, b, wanted.isAccumulate());
            kernels.read(c.firstRows(1));
            Float32Array shown = wanted.isValues() ? Float32Array.copyFromJavaArray(values) : null;
            measured(clock.millis() - start, kernel, shown, null, null);
        } finally {
            kernels.free(a);
            kernels.free(b);
            kernels.free(c);
        }
    }

    private String fastest(ProductShape shape) {
        return new Autotuner(kernels).tune(shape, TUNING_MILLIS).kernel();
    }

    private void steps(MeasureCommand wanted) {
        ModelConfig config = config(wanted);
        Keeping wantedKeeping = Keeping.valueOf(wanted.getKeeping());
        LocalSteps steps = steps(config, wanted.getBatch()).withActivations(wantedKeeping.precision());
        TaskWindows windows = windows(wanted, config);
        LocalTraining local = training(TaskShape.of(config, steps), wantedKeeping);
        local.load(wanted.getWeights().copyToJavaArray(), 0);
        local.restart();
        double[] losses = new double[1 + wanted.getSteps()];
        losses[0] = local.step(steps, 1, windows, 0);
        double start = clock.millis();
        for (int i = 1; i < losses.length; i++) losses[i] = local.step(steps, 1 + i, windows, 0);
        measured(clock.millis() - start, "", null, Float64Array.copyFromJavaArray(losses), null);
    }

    private void update(MeasureCommand wanted) {
        var whole = new UpdateForm(UpdateEncoding.valueOf(wanted.getEncoding()), Slice.WHOLE, 0);
        var sender = new Sender();
        LocalTraining local = trained(wanted);
        byte[] code = {};
        double start = 0;
        for (int i = 0; i <= wanted.getTimes(); i++) {
            if (i == 1) start = clock.millis();
            code = wanted.isOnHost() ? sender.encode(whole, 1, local.update()) : sender.encode(whole, 1, local);
        }
        measured(clock.millis() - start, "", null, null, Int8Array.copyFromJavaArray(code));
    }

    /** The update of a step. */
    private LocalTraining trained(MeasureCommand wanted) {
        ModelConfig config = config(wanted);
        var steps = steps(config, wanted.getBatch());
        LocalTraining local = training(TaskShape.of(config, steps), Keeping.ALL);
        local.load(wanted.getWeights().copyToJavaArray(), 0);
        local.restart();
        local.step(steps, 1, windows(wanted, config), 0);
        return local;
    }

    private static LocalSteps steps(ModelConfig config, int batch) {
        return new LocalSteps(1, batch, batch, config.context(), LEARNING_RATE, 0, 0.9, 0.95, 1e-8, 0.1, 1);
    }

    private static TaskWindows windows(MeasureCommand wanted, ModelConfig config) {
        var all = new CorpusWindows(Sha256.of(new byte[32]), 1, 0, wanted.getBatch());
        return new TaskWindows(wanted.getTokens().copyToJavaArray(), all, config.context());
    }

    /** The likeliest token each time; each is chosen on the host, as the next one needs it there. */
    private void generate(MeasureCommand wanted) {
        ModelConfig config = config(wanted);
        if (wanted.isStandard()) {
            kernels.useStandard();
            tuned.clear();
        }
        Map<ProductShape, String> chosen = wanted.isStandard() ? Map.of() : tunedToGenerate(config);
        Generation text = reader(config, wanted.getWeights().copyToJavaArray());
        int[] prompt = ids(wanted.getTokens().copyToJavaArray()), tokens = new int[1 + wanted.getCount()];
        double prefillMillis = 0, millis = 0;
        for (int i = 0; i <= wanted.getTimes(); i++) {
            text.truncate(0);
            double start = clock.millis();
            tokens[0] = likeliest(text.append(prompt));
            double read = clock.millis();
            for (int j = 1; j < tokens.length; j++) tokens[j] = likeliest(text.append(tokens[j - 1]));
            if (i == 0) continue; // compiles
            prefillMillis += read - start;
            millis += clock.millis() - read;
        }
        generated(prefillMillis, millis, chosen.toString(), Int32Array.copyFromJavaArray(tokens));
    }

    /** The products of one row, which are other ones than those of a step. */
    private Map<ProductShape, String> tunedToGenerate(ModelConfig config) {
        var chosen = new LinkedHashMap<ProductShape, String>();
        for (ProductShape shape : ModelProducts.forward(config, 1).keySet())
            chosen.put(shape, tuned.computeIfAbsent(shape, this::fastest));
        return chosen;
    }

    private Generation reader(ModelConfig config, byte[] weights) {
        Reader old = reader;
        if (old == null || !old.config().equals(config)) {
            if (old != null) old.text().free();
            Parameters parameters = Parameters.allocate(kernels, ParameterLayout.of(config));
            old = new Reader(config, parameters, new Generation(kernels, config, config.context(), parameters));
            reader = old;
        }
        old.weights().upload(kernels, weights, 0);
        return old.text();
    }

    private static int[] ids(byte[] pairs) {
        int[] ids = new int[pairs.length / 2];
        for (int i = 0; i < ids.length; i++) ids[i] = pairs[2 * i] & 255 | (pairs[2 * i + 1] & 255) << 8;
        return ids;
    }

    private int likeliest(Tensor logits) {
        float[] values = kernels.read(logits);
        int best = 0;
        for (int i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
        return best;
    }

    private static ModelConfig config(MeasureCommand wanted) {
        return new ModelConfig(
                wanted.getVocabulary(),
                wanted.getHidden(),
                wanted.getLayers(),
                wanted.getHeads(),
                wanted.getKvHeads(),
                wanted.getHeadDim(),
                wanted.getIntermediate(),
                wanted.getContext(),
                THETA,
                EPSILON,
                true);
    }

    private LocalTraining training(TaskShape shape, Keeping wanted) {
        LocalTraining old = training;
        if (old != null && wanted == keeping && old.fits(shape)) return old;
        training = null;
        if (old != null) old.free();
        new WebTuning(gpu, kernels).tune(shape);
        var fresh = new LocalTraining(kernels, MemoryPlan.of(shape, wanted));
        keeping = wanted;
        training = fresh;
        return fresh;
    }

    @JSBody(
            params = {"millis", "kernel", "values", "losses", "code"},
            script = "self.postMessage({type: 'measured', millis: millis, kernel: kernel, values: values,"
                    + " losses: losses, code: code, reason: ''});")
    private static native void measured(
            double millis,
            String kernel,
            @Nullable JSObject values,
            @Nullable JSObject losses,
            @Nullable JSObject code);

    @JSBody(
            params = {"prefillMillis", "millis", "kernel", "tokens"},
            script = "self.postMessage({type: 'measured', prefillMillis: prefillMillis, millis: millis, kernel: kernel,"
                    + " values: null, losses: null, tokens: tokens, reason: ''});")
    private static native void generated(double prefillMillis, double millis, String kernel, JSObject tokens);

    /** @param reason a sentence for people */
    @JSBody(
            params = "reason",
            script =
                    "self.postMessage({type: 'measured', millis: 0, kernel: '', values: null, losses: null, code: null, reason: reason});")
    static native void failed(String reason);

    @Override
    public void close() {
        kernels.close();
        gpu.close();
    }
}
