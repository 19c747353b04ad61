package org.decentralizedai.worker;

import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.wire.LocalSteps;

/** An open device. */
public interface Device extends AutoCloseable {
    Adapter adapter();

    Kernels kernels();

    /** Makes itself fast for tasks of this model and these steps, unless it is already; may take seconds. */
    default Tuning tune(ModelConfig model, LocalSteps steps) {
        return Tuning.NONE;
    }

    /** Releases the kernels and the device, lost or not. */
    @Override
    void close();
}
