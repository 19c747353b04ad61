package org.decentralizedai.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.decentralizedai.kernels.Addend;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.LocalTraining;
import org.decentralizedai.worker.MemoryPlan;
import org.decentralizedai.worker.TaskShape;
import org.decentralizedai.worker.TaskWindows;

/** The steps that the worker's command 'measure' does, on the JVM: what its losses must be and of which products they consist. */
final class JvmTraining {
    private final Training training;
    private final ModelConfig config;
    private final LocalSteps steps;
    private final byte[] weights;
    private final Supplier<Kernels> engine;

    /** @param engine opens the kernels that compute */
    JvmTraining(Training training, Supplier<Kernels> engine) {
        this.training = training;
        this.engine = engine;
        config = training.model();
        int batch = training.batch();
        steps = new LocalSteps(1, batch, batch, config.context(), 1e-3, 0, 0.9, 0.95, 1e-8, 0.1, 1);
        weights = packed(Initializer.weights(ParameterLayout.of(config), 1));
    }

    private static byte[] packed(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    /** Little-endian f32 in layout order. */
    byte[] weights() {
        return weights;
    }

    /** Of the first steps. */
    double[] losses(int count) {
        try (Kernels kernels = engine.get()) {
            return losses(kernels, count);
        }
    }

    /** How steps take memory when activations are kept so. */
    MemoryPlan plan(Keeping keeping) {
        return MemoryPlan.of(TaskShape.of(config, steps.withActivations(keeping.precision())), keeping);
    }

    /** So many steps, after an untimed one, with activations kept so; milliseconds of this thread's processor time. */
    Rival.Steps steps(Keeping keeping, int count) {
        try (Kernels kernels = engine.get()) {
            var local = new LocalTraining(kernels, plan(keeping));
            local.load(weights, 0);
            local.restart();
            double[] losses = new double[1 + count];
            losses[0] = local.step(steps, 1, windows(), 0);
            ThreadMXBean clock = ManagementFactory.getThreadMXBean();
            long start = clock.getCurrentThreadCpuTime();
            for (int i = 1; i <= count; i++) losses[i] = local.step(steps, 1 + i, windows(), 0);
            return new Rival.Steps((clock.getCurrentThreadCpuTime() - start) / 1e6, losses);
        }
    }

    /** The products of one step and how often each is computed. */
    Map<Product, Integer> products() {
        var counts = new LinkedHashMap<Product, Integer>();
        try (Kernels kernels = engine.get()) {
            losses(counting(kernels, counts), 1);
        }
        return counts;
    }

    private double[] losses(Kernels kernels, int count) {
        var local = new LocalTraining(kernels, config, steps);
        local.load(weights, 0);
        local.restart();
        double[] losses = new double[count];
        for (int i = 0; i < count; i++) losses[i] = local.step(steps, 1 + i, windows(), 0);
        return losses;
    }

    private TaskWindows windows() {
        var all = new CorpusWindows(Sha256.of(new byte[32]), 1, 0, training.batch());
        return new TaskWindows(tokens(), all, config.context());
    }

    /** Ids of 16 bits, little-endian. */
    byte[] tokens() {
        int[] ids = training.ids();
        ByteBuffer shard = ByteBuffer.allocate(Short.BYTES * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int id : ids) shard.putShort((short) id);
        return shard.array();
    }

    private static Kernels counting(Kernels kernels, Map<Product, Integer> counts) {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (_, method, arguments) -> {
                    if (method.getName().equals("matmul")) counts.merge(product(arguments), 1, Integer::sum);
                    try {
                        return method.invoke(kernels, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Product product(Object[] arguments) {
        var layout = (MatmulLayout) arguments[0];
        Tensor c = (Tensor) arguments[1], a = (Tensor) arguments[2];
        boolean adds =
                arguments[4] instanceof Boolean accumulate ? accumulate : !(arguments[4] instanceof Addend.Nothing);
        return new Product(layout, c.rows(), c.columns(), layout.k(a), adds);
    }
}
