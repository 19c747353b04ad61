package org.decentralizedai.worker.web;

import org.decentralizedai.worker.Device;
import org.decentralizedai.worker.Devices;
import org.decentralizedai.worker.web.gpu.NoAdapterException;

/**
 * What a browser can compute on: its GPU; where it has none, or when it is wished so, the processor. A GPU that was there and is lost
 * is waited for: the browser hides it for a while.
 */
final class WebDevices implements Devices {
    private final GpuDevices gpu = new GpuDevices();
    private final boolean onProcessor;
    private boolean hasGpu;

    WebDevices(boolean onProcessor) {
        this.onProcessor = onProcessor;
    }

    @Override
    public Device open() {
        if (onProcessor) return Processor.open("As asked for");
        try {
            Device device = gpu.open();
            hasGpu = true;
            return device;
        } catch (NoAdapterException e) {
            if (hasGpu) throw e;
            return Processor.open(String.valueOf(e.getMessage()));
        }
    }
}
