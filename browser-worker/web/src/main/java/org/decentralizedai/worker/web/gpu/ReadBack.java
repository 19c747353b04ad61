package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.Tensor;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.Float32Array;
import org.teavm.jso.typedarrays.Int8Array;

/** Brings values back to the host: the only place where anybody waits for the device. */
final class ReadBack {
    private final GpuDevice device;
    private final CommandStream commands;
    private Gpu.@Nullable Buffer staging;
    private double capacity;

    ReadBack(GpuDevice device, CommandStream commands) {
        this.device = device;
        this.commands = commands;
    }

    float[] read(Tensor tensor) {
        return new Float32Array(bytes(tensor)).copyToJavaArray();
    }

    /** Of every word of the tensor, from the lowest up. */
    byte[] readBytes(Tensor tensor) {
        return new Int8Array(bytes(tensor)).copyToJavaArray();
    }

    private ArrayBuffer bytes(Tensor tensor) {
        double bytes = (double) Float.BYTES * tensor.size();
        Gpu.Buffer mapped = staging(bytes);
        commands.copy(tensor, mapped, 0);
        commands.submit();
        var mapping = Promises.pending(mapped.mapAsync(Gpu.MAP_MODE_READ, 0, bytes));
        boolean done = false;
        try {
            device.check();
            mapping.await();
            done = true;
        } finally {
            if (!done) destroy(); // still waiting to be mapped: of no more use
        }
        // a copy, as unmapping takes the memory away and Java's array may share it
        ArrayBuffer values = mapped.getMappedRange(0, bytes).slice(0, (int) bytes);
        mapped.unmap();
        return values;
    }

    private Gpu.Buffer staging(double bytes) {
        if (staging == null || capacity < bytes) {
            destroy();
            capacity = bytes;
            staging = device.device().createBuffer(Descriptors.buffer(bytes, Gpu.MAP_READ | Gpu.COPY_DST));
        }
        return staging;
    }

    void destroy() {
        if (staging != null) staging.destroy();
        staging = null;
    }
}
