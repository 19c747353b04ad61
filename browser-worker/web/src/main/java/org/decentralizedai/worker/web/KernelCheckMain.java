package org.decentralizedai.worker.web;

import org.decentralizedai.worker.web.gpu.GpuDevice;
import org.decentralizedai.worker.web.gpu.GpuKernels;
import org.decentralizedai.worker.web.gpu.KernelCheck;
import org.teavm.jso.JSBody;

public final class KernelCheckMain {
    private KernelCheckMain() {}

    public static void main(String[] arguments) {
        try (GpuDevice device = GpuDevice.request();
                GpuKernels kernels = GpuKernels.open(device)) {
            for (KernelCheck.Result r : KernelCheck.run(kernels)) post(r.name() + " " + r.error() + " " + r.met());
        } catch (RuntimeException e) {
            post("ERROR " + e.getMessage());
        }
        post("DONE");
    }

    @JSBody(params = "line", script = "self.postMessage(line)")
    private static native void post(String line);
}
