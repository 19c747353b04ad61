package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.KernelException;

/** The browser has no WebGPU, or WebGPU has nothing to compute on: no fault of a device. */
public final class NoAdapterException extends KernelException {
    NoAdapterException(String message) {
        super(message);
    }
}
