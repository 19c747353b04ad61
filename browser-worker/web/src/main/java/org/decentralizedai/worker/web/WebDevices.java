package org.decentralizedai.worker.web;

import java.util.List;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.worker.Adapter;
import org.decentralizedai.worker.Device;
import org.decentralizedai.worker.Devices;
import org.decentralizedai.worker.Tuning;
import org.decentralizedai.worker.web.gpu.GpuDevice;
import org.decentralizedai.worker.web.gpu.GpuKernels;
import org.decentralizedai.worker.web.gpu.KernelCheck;
import org.decentralizedai.worker.web.gpu.Speed;

/** The browser's GPU by WebGPU. Each device is checked once against the reference before it may train. */
final class WebDevices implements Devices {
    private boolean checked;

    private record WebDevice(Adapter adapter, GpuKernels kernels, GpuDevice gpu) implements Device {
        @Override
        public Tuning tune(ModelConfig model, LocalSteps steps) {
            return new WebTuning(gpu, kernels).tune(model, steps);
        }

        @Override
        public void close() {
            kernels.close();
            gpu.close();
        }
    }

    @Override
    public Device open() {
        GpuDevice gpu = GpuDevice.request();
        try {
            GpuKernels kernels = GpuKernels.open(gpu);
            if (!checked) refuseWrongResults(kernels);
            checked = true;
            return new WebDevice(describe(gpu, Speed.gigaflops(kernels)), kernels, gpu);
        } catch (KernelException e) {
            gpu.close();
            throw e;
        }
    }

    private static void refuseWrongResults(Kernels kernels) {
        List<String> failures = failures(KernelCheck.run(kernels));
        if (!failures.isEmpty())
            throw new KernelException("This device computes wrongly: " + String.join(", ", failures));
    }

    /** Name and error of each case that was not met. */
    static List<String> failures(List<KernelCheck.Result> results) {
        return results.stream()
                .filter(result -> !result.met())
                .map(result -> result.name() + ": " + result.error())
                .toList();
    }

    private static Adapter describe(GpuDevice gpu, double gigaflops) {
        String names = gpu.vendor() + " " + gpu.architecture();
        String description = gpu.description().isEmpty() ? names.strip() : gpu.description();
        return new Adapter(
                description.isEmpty() ? "GPU" : description,
                gpu.vendor(),
                gpu.architecture(),
                gpu.software(),
                gigaflops,
                (long) gpu.maxStorageBytes());
    }
}
