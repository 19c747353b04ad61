package org.decentralizedai.worker.web;

import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.worker.*;

final class WebDevices implements Devices {
    @Override
    public Device open() {
        return new Device(new Adapter("CPU", "", "", true, 1, 1L << 27), new ReferenceKernels());
    }
}
