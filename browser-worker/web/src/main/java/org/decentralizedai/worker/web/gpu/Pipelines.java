package org.decentralizedai.worker.web.gpu;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.decentralizedai.kernels.KernelException;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArrayReader;

/** Compiled shaders of one device. Group 0 holds an operation's tensors, group 1 its sizes, at a dynamic offset. */
final class Pipelines {
    record Compiled(Gpu.Pipeline pipeline, JSObject storageLayout) {}

    private final Gpu.Device device;
    private final JSObject uniformLayout;
    private final Map<Shader, Gpu.ShaderModule> modules = new LinkedHashMap<>();
    private final Set<Shader> examined = new HashSet<>(); // Chromium does not answer a second time
    private final Map<String, JSObject> storageLayouts = new HashMap<>();
    private final Map<KernelSpec, Compiled> compiled = new HashMap<>();

    Pipelines(Gpu.Device device, JSObject uniformLayout) {
        this.device = device;
        this.uniformLayout = uniformLayout;
    }

    /** Compiles what is not yet compiled, all at once, and waits; throws with file, line and reason if one is refused. */
    void compile(List<KernelSpec> specs) {
        var pending = new LinkedHashMap<KernelSpec, Promises.Pending<Gpu.Pipeline>>();
        for (KernelSpec spec : specs)
            if (!compiled.containsKey(spec))
                pending.put(spec, Promises.pending(device.createComputePipelineAsync(descriptor(spec))));
        for (var module : modules.entrySet())
            if (examined.add(module.getKey())) requireNoErrors(module.getKey().name(), module.getValue());
        for (var entry : pending.entrySet())
            add(entry.getKey(), entry.getValue().await());
    }

    /** Compiles on first use; an error then shows at the next read. */
    Compiled get(KernelSpec spec) {
        Compiled known = compiled.get(spec);
        return known != null ? known : add(spec, device.createComputePipeline(descriptor(spec)));
    }

    private Compiled add(KernelSpec spec, Gpu.Pipeline pipeline) {
        var made = new Compiled(pipeline, storageLayout(spec.access()));
        compiled.put(spec, made);
        return made;
    }

    private JSObject descriptor(KernelSpec spec) {
        JSObject constants = Descriptors.constants();
        spec.overrides().forEach((name, value) -> Descriptors.constant(constants, name, value));
        JSObject layout =
                device.createPipelineLayout(Descriptors.pipelineLayout(storageLayout(spec.access()), uniformLayout));
        return Descriptors.pipeline(spec.toString(), layout, module(spec.shader()), spec.entry(), constants);
    }

    private JSObject storageLayout(String access) {
        return storageLayouts.computeIfAbsent(
                access, kinds -> device.createBindGroupLayout(Descriptors.storageLayout(kinds)));
    }

    private Gpu.ShaderModule module(Shader shader) {
        return modules.computeIfAbsent(
                shader, made -> device.createShaderModule(Descriptors.shader(made.name(), made.text())));
    }

    private static void requireNoErrors(String file, Gpu.ShaderModule module) {
        JSArrayReader<Gpu.Message> messages =
                Promises.await(module.getCompilationInfo()).getMessages();
        for (int i = 0; i < messages.getLength(); i++) {
            Gpu.Message message = messages.get(i);
            if (message.getType().equals("error"))
                throw new KernelException(
                        file + ":" + message.getLineNum() + ":" + message.getLinePos() + ": " + message.getMessage());
        }
    }
}
