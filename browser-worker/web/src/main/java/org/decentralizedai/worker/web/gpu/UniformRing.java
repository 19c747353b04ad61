package org.decentralizedai.worker.web.gpu;

import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSNumber;
import org.teavm.jso.typedarrays.Int32Array;

/**
 * Sizes and other small numbers of the dispatches not yet submitted, one slot each, in one buffer that is written once a
 * submission. WebGPU writes in the order of submissions, so that slots are free again right after one.
 */
final class UniformRing {
    /** WebGPU's default {@code minUniformBufferOffsetAlignment}. */
    private static final int SLOT_BYTES = 256;

    private static final int SLOTS = 1024;
    private static final int SLOT_INTS = SLOT_BYTES / Integer.BYTES;

    private final Gpu.Device device;
    private final Gpu.Buffer buffer;
    private final JSObject layout;
    private final JSObject group;
    private final int[] values = new int[SLOTS * SLOT_INTS];
    private final JSArray<JSObject> offset = new JSArray<>(1);
    private int used;

    UniformRing(Gpu.Device device) {
        this.device = device;
        buffer = device.createBuffer(Descriptors.buffer(SLOTS * SLOT_BYTES, Gpu.UNIFORM | Gpu.COPY_DST));
        layout = device.createBindGroupLayout(Descriptors.uniformLayout(SLOT_BYTES));
        JSArray<JSObject> entries = new JSArray<>();
        entries.push(Descriptors.binding(0, buffer, 0, SLOT_BYTES));
        group = device.createBindGroup(Descriptors.bindGroup(layout, entries));
    }

    JSObject layout() {
        return layout;
    }

    boolean full() {
        return used == SLOTS;
    }

    /** Puts the numbers into the next slot and binds it as group 1. */
    void bind(Gpu.Pass pass, int[] numbers) {
        System.arraycopy(numbers, 0, values, used * SLOT_INTS, numbers.length);
        offset.set(0, JSNumber.valueOf(used * SLOT_BYTES));
        pass.setBindGroup(1, group, offset);
        used++;
    }

    /** Before the submission of what was bound. */
    void write() {
        if (used == 0) return;
        device.getQueue().writeBuffer(buffer, 0, Int32Array.copyFromJavaArray(values), 0, used * SLOT_INTS);
        used = 0;
    }

    void destroy() {
        buffer.destroy();
    }
}
