package org.decentralizedai.worker.web;

import org.decentralizedai.worker.Device;
import org.decentralizedai.worker.Devices;
import org.decentralizedai.worker.web.gpu.NoAdapterException;

/** What a browser can compute on: its GPU; where it has none, or when it is wished so, the processor. */
final class WebDevices implements Devices {
    private final GpuDevices gpu = new GpuDevices();
    private final boolean onProcessor;

    WebDevices(boolean onProcessor) {
        this.onProcessor = onProcessor;
    }

    @Override
    public Device open() {
        if (onProcessor) return Processor.open("As asked for");
        try {
            return gpu.open();
        } catch (NoAdapterException e) {
            return Processor.open(String.valueOf(e.getMessage()));
        }
    }
}
