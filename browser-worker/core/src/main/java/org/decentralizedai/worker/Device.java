package org.decentralizedai.worker;

import org.decentralizedai.kernels.Kernels;

/** An open device. */
public interface Device extends AutoCloseable {
    Adapter adapter();

    Kernels kernels();

    /** Makes itself fast for tasks of this shape, unless it is already; may take seconds. */
    default Tuning tune(TaskShape shape) {
        return Tuning.NONE;
    }

    /**
     * Computes by the kernels that it has before any tuning, until it is tuned again: they add in an order that does not depend on
     * what was the fastest.
     */
    default void useStandardKernels() {}

    /** What a task may take of it. */
    DeviceMemory memory();

    /** Releases the kernels and the device, lost or not. */
    @Override
    void close();
}
