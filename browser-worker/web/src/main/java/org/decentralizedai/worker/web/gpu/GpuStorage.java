package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.Halves;
import org.decentralizedai.kernels.Storage;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;

/**
 * One GPU buffer of 32-bit elements.
 *
 * @param id unlike that of any other buffer of the same device
 */
record GpuStorage(Gpu.Buffer buffer, int id, int length) implements Storage {
    static GpuStorage of(Tensor tensor) {
        return (GpuStorage) tensor.storage();
    }

    static GpuStorage of(Halves halves) {
        return (GpuStorage) halves.storage();
    }

    static GpuStorage of(Tokens tokens) {
        return (GpuStorage) tokens.storage();
    }
}
