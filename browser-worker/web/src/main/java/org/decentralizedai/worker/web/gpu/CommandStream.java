package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.kernels.Tensor;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.typedarrays.ArrayBufferView;

/** Commands on their way to a device: collected in one encoder, submitted when something is read or uploaded. */
final class CommandStream {
    /** WebGPU's default {@code maxComputeWorkgroupsPerDimension}. */
    private static final int MAX_GROUPS = 65_535;

    /** WebGPU's default {@code minStorageBufferOffsetAlignment}, in elements. */
    private static final int ALIGNMENT = 64;

    private record Span(int storage, int offset, int length) {}

    private record Operands(KernelSpec spec, List<Span> spans) {}

    private final Gpu.Device device;
    private final Pipelines pipelines;
    private final UniformRing uniforms;
    private final Map<Operands, JSObject> groups = new HashMap<>();
    private Gpu.@Nullable Encoder encoder;
    private Gpu.@Nullable Pass pass;
    private @Nullable KernelSpec current;

    CommandStream(Gpu.Device device, Pipelines pipelines, UniformRing uniforms) {
        this.device = device;
        this.pipelines = pipelines;
        this.uniforms = uniforms;
    }

    /** Enough workgroups of {@code group} for {@code count} invocations, folded into two dimensions where one is too short. */
    void dispatchAll(KernelSpec spec, long count, int[] numbers, Tensor... tensors) {
        int group = spec.value("group");
        dispatchGroups(spec, (count + group - 1) / group, numbers, tensors);
    }

    /** {@code needed} workgroups, folded into two dimensions where one is too short. */
    void dispatchGroups(KernelSpec spec, long needed, int[] numbers, Tensor... tensors) {
        long y = (needed + MAX_GROUPS - 1) / MAX_GROUPS;
        dispatch(spec, (int) ((needed + y - 1) / y), (int) y, numbers, tensors);
    }

    /** @param numbers the shader's uniform struct, floats by their bits */
    void dispatch(KernelSpec spec, int x, int y, int[] numbers, Tensor... tensors) {
        if (x > MAX_GROUPS || y > MAX_GROUPS)
            throw new IllegalArgumentException("too large for one dispatch: " + spec + ", groups=" + x + "," + y);
        if (uniforms.full()) submit();
        Pipelines.Compiled compiled = pipelines.get(spec);
        JSObject group = group(spec, compiled, tensors);
        Gpu.Pass open = pass();
        if (!spec.equals(current)) open.setPipeline(compiled.pipeline());
        current = spec;
        open.setBindGroup(0, group);
        uniforms.bind(open, numbers);
        open.dispatchWorkgroups(x, y, 1);
    }

    private JSObject group(KernelSpec spec, Pipelines.Compiled compiled, Tensor[] tensors) {
        var spans = new ArrayList<Span>(tensors.length);
        for (Tensor tensor : tensors) {
            if (tensor.offset() % ALIGNMENT != 0)
                throw new IllegalArgumentException("must begin at a multiple of " + ALIGNMENT + " elements: " + tensor);
            spans.add(new Span(GpuStorage.of(tensor).id(), tensor.offset(), tensor.size()));
        }
        var operands = new Operands(spec, spans);
        JSObject known = groups.get(operands);
        if (known != null) return known;
        JSArray<JSObject> entries = new JSArray<>();
        for (int i = 0; i < tensors.length; i++)
            entries.push(Descriptors.binding(
                    i, GpuStorage.of(tensors[i]).buffer(), offset(tensors[i]), bytes(tensors[i].size())));
        JSObject made = device.createBindGroup(Descriptors.bindGroup(compiled.storageLayout(), entries));
        groups.put(operands, made);
        return made;
    }

    void clear(Tensor out) {
        outsidePass().clearBuffer(GpuStorage.of(out).buffer(), offset(out), bytes(out.size()));
    }

    void copy(Tensor out, Tensor a) {
        copy(a, GpuStorage.of(out).buffer(), offset(out));
    }

    void copy(Tensor a, Gpu.Buffer target, double targetOffset) {
        outsidePass().copyBufferToBuffer(GpuStorage.of(a).buffer(), offset(a), target, targetOffset, bytes(a.size()));
    }

    /** After everything enqueued so far. {@code start} and {@code length} count elements of {@code data}. */
    void write(Gpu.Buffer buffer, double offset, ArrayBufferView data, int start, int length) {
        submit();
        device.getQueue().writeBuffer(buffer, offset, data, start, length);
    }

    void submit() {
        if (encoder == null) return;
        endPass();
        uniforms.write();
        JSArray<JSObject> commands = new JSArray<>();
        commands.push(encoder.finish());
        device.getQueue().submit(commands);
        encoder = null;
    }

    /** Forgets what was remembered about a buffer, which may be destroyed then. */
    void release(GpuStorage storage) {
        submit();
        groups.keySet().removeIf(operands -> operands.spans().stream().anyMatch(s -> s.storage() == storage.id()));
    }

    private Gpu.Encoder encoder() {
        if (encoder == null) encoder = device.createCommandEncoder();
        return encoder;
    }

    private Gpu.Pass pass() {
        if (pass == null) pass = encoder().beginComputePass();
        return pass;
    }

    private Gpu.Encoder outsidePass() {
        endPass();
        return encoder();
    }

    private void endPass() {
        if (pass != null) pass.end();
        pass = null;
        current = null;
    }

    private static double offset(Tensor tensor) {
        return bytes(tensor.offset());
    }

    private static double bytes(int elements) {
        return (double) Float.BYTES * elements;
    }
}
