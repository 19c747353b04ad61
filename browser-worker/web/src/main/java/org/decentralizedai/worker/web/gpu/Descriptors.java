package org.decentralizedai.worker.web.gpu;

import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSString;

/** The plain objects that WebGPU's calls take. One line each: TeaVM renames parameters of a script, but not its locals. */
final class Descriptors {
    private Descriptors() {}

    @JSBody(script = "return {powerPreference: 'high-performance'}")
    static native JSObject adapter();

    /** @param features those of them that the adapter has */
    @JSBody(
            params = {"features", "buffer", "binding"},
            script = "return {requiredFeatures: features, "
                    + "requiredLimits: {maxBufferSize: buffer, maxStorageBufferBindingSize: binding}}")
    static native JSObject device(JSArray<JSString> features, double buffer, double binding);

    @JSBody(
            params = {"size", "usage"},
            script = "return {size: size, usage: usage}")
    static native JSObject buffer(double size, int usage);

    @JSBody(
            params = {"label", "code"},
            script = "return {label: label, code: code}")
    static native JSObject shader(String label, String code);

    /** @param access one character a binding: 'w' read_write, 'r' read */
    @JSBody(
            params = "access",
            script = "return {entries: access.split('').map(function(kind, at) { return {binding: at, visibility: 4, "
                    + "buffer: {type: kind === 'w' ? 'storage' : 'read-only-storage'}}; })}")
    static native JSObject storageLayout(String access);

    @JSBody(
            params = "size",
            script = "return {entries: [{binding: 0, visibility: 4, "
                    + "buffer: {type: 'uniform', hasDynamicOffset: true, minBindingSize: size}}]}")
    static native JSObject uniformLayout(int size);

    @JSBody(
            params = {"storage", "uniform"},
            script = "return {bindGroupLayouts: [storage, uniform]}")
    static native JSObject pipelineLayout(JSObject storage, JSObject uniform);

    @JSBody(script = "return {}")
    static native JSObject constants();

    @JSBody(
            params = {"constants", "name", "value"},
            script = "constants[name] = value")
    static native void constant(JSObject constants, String name, int value);

    @JSBody(
            params = {"label", "layout", "module", "entry", "constants"},
            script = "return {label: label, layout: layout, "
                    + "compute: {module: module, entryPoint: entry, constants: constants}}")
    static native JSObject pipeline(
            String label, JSObject layout, Gpu.ShaderModule module, String entry, JSObject constants);

    @JSBody(
            params = {"binding", "buffer", "offset", "size"},
            script = "return {binding: binding, resource: {buffer: buffer, offset: offset, size: size}}")
    static native JSObject binding(int binding, Gpu.Buffer buffer, double offset, double size);

    @JSBody(
            params = {"layout", "entries"},
            script = "return {layout: layout, entries: entries}")
    static native JSObject bindGroup(JSObject layout, JSArray<JSObject> entries);
}
