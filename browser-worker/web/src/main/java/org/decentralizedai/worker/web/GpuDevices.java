package org.decentralizedai.worker.web;

import java.util.List;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.worker.Adapter;
import org.decentralizedai.worker.Device;
import org.decentralizedai.worker.DeviceMemory;
import org.decentralizedai.worker.Devices;
import org.decentralizedai.worker.TaskShape;
import org.decentralizedai.worker.Tuning;
import org.decentralizedai.worker.web.gpu.GpuDevice;
import org.decentralizedai.worker.web.gpu.GpuKernels;
import org.decentralizedai.worker.web.gpu.KernelCheck;
import org.decentralizedai.worker.web.gpu.Speed;
import org.teavm.jso.JSBody;

/** The browser's GPU by WebGPU. Each device is checked once against the reference before it may train. */
final class GpuDevices implements Devices {
    private boolean checked;

    private record Gpu(Adapter adapter, GpuKernels kernels, DeviceMemory memory, GpuDevice gpu) implements Device {
        @Override
        public Tuning tune(TaskShape shape) {
            return new WebTuning(gpu, kernels).tune(shape);
        }

        @Override
        public void useStandardKernels() {
            kernels.useStandard();
        }

        @Override
        public void close() {
            kernels.close();
            gpu.close();
        }
    }

    /** @throws org.decentralizedai.worker.web.gpu.NoAdapterException where there is none */
    @Override
    public Device open() {
        GpuDevice gpu = GpuDevice.request();
        try {
            GpuKernels kernels = GpuKernels.open(gpu);
            if (!checked) refuseWrongResults(kernels);
            checked = true;
            return new Gpu(describe(gpu, Speed.gigaflops(kernels)), kernels, memory(gpu), gpu);
        } catch (KernelException e) {
            gpu.close();
            throw e;
        }
    }

    /**
     * WebGPU does not tell how much memory there is. Where the browser tells the machine's, half of that; else a
     * modest one.
     */
    private static DeviceMemory memory(GpuDevice gpu) {
        double told = machineGigabytes();
        double bytes = told > 0 ? told / 2 * (1L << 30) : DeviceMemory.MODEST.bytes();
        return new DeviceMemory((long) bytes, (long) gpu.maxStorageBytes());
    }

    /** Rounded and cut off at 8 or so, against recognising visitors; 0 where the browser does not tell (Firefox, Safari). */
    @JSBody(script = "return navigator.deviceMemory || 0;")
    private static native double machineGigabytes();

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
