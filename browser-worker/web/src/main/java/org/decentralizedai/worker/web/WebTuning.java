package org.decentralizedai.worker.web;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.worker.KernelChoice;
import org.decentralizedai.worker.TaskShape;
import org.decentralizedai.worker.Tuning;
import org.decentralizedai.worker.web.gpu.Autotuner;
import org.decentralizedai.worker.web.gpu.GpuDevice;
import org.decentralizedai.worker.web.gpu.GpuKernels;
import org.teavm.jso.JSBody;
import org.teavm.jso.browser.Performance;

/** Tunes a device for a model once, and remembers it from visit to visit by adapter, driver and model. */
final class WebTuning {
    /** To be raised when kernels change, so that devices measure again. */
    private static final int VERSION = 3;

    private static final double BUDGET_MILLIS = 4_000;

    /** There is less to win, and compiling takes its processor. */
    private static final double SOFTWARE_BUDGET_MILLIS = 2_000;

    /** Of what is remembered. Compiling is most of it, and several times slower while a machine is busy. */
    private static final double CHECK_MILLIS = 10_000;

    private final GpuDevice gpu;
    private final GpuKernels kernels;

    WebTuning(GpuDevice gpu, GpuKernels kernels) {
        this.gpu = gpu;
        this.kernels = kernels;
    }

    Tuning tune(TaskShape shape) {
        double start = Performance.now(), budget = gpu.software() ? SOFTWARE_BUDGET_MILLIS : BUDGET_MILLIS;
        var tuner = new Autotuner(kernels);
        String key = key(shape);
        List<KernelChoice> known = KernelChoice.parse(TuningStore.find(key));
        List<KernelChoice> used =
                known.isEmpty() ? tuner.tune(shape, budget) : tuner.use(shape, known, CHECK_MILLIS, budget);
        boolean remembered = known.containsAll(used);
        if (!remembered) TuningStore.keep(key, KernelChoice.text(withUnreached(used, known)));
        return new Tuning(used, Performance.now() - start, remembered);
    }

    /** What there was no time to check is not in use, and still remembered. */
    private static List<KernelChoice> withUnreached(List<KernelChoice> used, List<KernelChoice> known) {
        var all = new ArrayList<>(used);
        for (KernelChoice old : known)
            if (used.stream().noneMatch(choice -> choice.operation().equals(old.operation()))) all.add(old);
        return all;
    }

    /** WebGPU does not name the driver, but its description and the browser's version change with it. */
    private String key(TaskShape shape) {
        return String.join(
                "|",
                "v" + VERSION,
                gpu.vendor(),
                gpu.architecture(),
                gpu.description(),
                userAgent(),
                shape.model().toString(),
                shape.microBatch() + " x " + shape.context());
    }

    @JSBody(script = "return navigator.userAgent")
    private static native String userAgent();
}
