package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.Locale;
import org.decentralizedai.kernels.KernelException;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSString;

/**
 * A WebGPU device and what can be told about its adapter. Holds what went wrong on it until somebody asks: WebGPU reports
 * errors after the call that caused them. One {@link GpuKernels} at a time uses it.
 */
public final class GpuDevice implements AutoCloseable {
    private static final String[] SCOPES = {"validation", "out-of-memory", "internal"};
    private static final String[] SOFTWARE = {"swiftshader", "llvmpipe", "lavapipe", "basic render", "software"};

    private final Gpu.Device device;
    private final Gpu.Limits limits;
    private final Description description;
    private final Loss loss;

    /** Vendor, architecture and so on as the browser tells them: often empty. */
    interface Description extends JSObject {
        @JSProperty
        String getVendor();

        @JSProperty
        String getArchitecture();

        @JSProperty
        String getDescription();

        @JSProperty("fallback")
        boolean isFallback();

        @JSProperty("halves")
        boolean hasHalves();

        @JSProperty("subgroups")
        boolean hasSubgroups();

        @JSProperty
        int getLanes();
    }

    interface Loss extends JSObject {
        @JSProperty
        @Nullable
        String getReason();
    }

    private GpuDevice(Gpu.Device device, Gpu.Limits limits, Description description) {
        this.device = device;
        this.limits = limits;
        this.description = description;
        loss = watch(device);
        for (String scope : SCOPES) device.pushErrorScope(scope);
    }

    /**
     * Asks the browser for its fastest adapter, with the largest buffers it has. Waits.
     *
     * @throws NoAdapterException in words for a visitor
     * @throws KernelException where the adapter gives no device
     */
    public static GpuDevice request() {
        Gpu.Root root = Gpu.root();
        if (root == null) throw new NoAdapterException("This browser has no WebGPU");
        Gpu.Adapter adapter = Promises.await(root.requestAdapter(Descriptors.adapter()));
        if (adapter == null) throw new NoAdapterException("This browser finds no graphics card for WebGPU");
        Gpu.Limits limits = adapter.getLimits();
        Description description = describe(adapter);
        JSArray<JSString> features = new JSArray<>();
        if (description.hasHalves()) features.push(JSString.valueOf("shader-f16"));
        if (description.hasSubgroups()) features.push(JSString.valueOf("subgroups"));
        JSObject wanted =
                Descriptors.device(features, limits.getMaxBufferSize(), limits.getMaxStorageBufferBindingSize());
        return new GpuDevice(Promises.await(adapter.requestDevice(wanted)), limits, description);
    }

    public String vendor() {
        return description.getVendor();
    }

    public String architecture() {
        return description.getArchitecture();
    }

    public String description() {
        return description.getDescription();
    }

    /** Whether a CPU stands in for a GPU. */
    public boolean software() {
        String names = (vendor() + " " + architecture() + " " + description()).toLowerCase(Locale.ROOT);
        for (String name : SOFTWARE) if (names.contains(name)) return true;
        return description.isFallback();
    }

    GpuFeatures features() {
        return new GpuFeatures(software(), description.hasHalves(), description.hasSubgroups(), description.getLanes());
    }

    /** Whether shaders in this form compile. */
    boolean can(RowForm form) {
        return form != RowForm.SUBGROUP || description.hasSubgroups();
    }

    /** The largest tensor, in bytes. */
    public double maxStorageBytes() {
        return Math.min(limits.getMaxStorageBufferBindingSize(), limits.getMaxBufferSize());
    }

    Gpu.Device device() {
        return device;
    }

    /** Throws what went wrong since the last call, if anything did. Waits. */
    void check() {
        throwIfLost();
        var popped = new ArrayList<Promises.Pending<Gpu.@Nullable Failure>>();
        for (int i = 0; i < SCOPES.length; i++) popped.add(Promises.pending(device.popErrorScope()));
        for (String scope : SCOPES) device.pushErrorScope(scope);
        for (int i = 0; i < SCOPES.length; i++) {
            Gpu.Failure failure = popped.get(i).await();
            if (failure != null) throw new KernelException(SCOPES[SCOPES.length - 1 - i] + ": " + failure.getMessage());
        }
        throwIfLost();
    }

    void throwIfLost() {
        String reason = loss.getReason();
        if (reason != null) throw new KernelException("device lost: " + reason);
    }

    /** Gives the device back; whatever uses it fails from now on. */
    @Override
    public void close() {
        device.destroy();
    }

    @JSBody(
            params = "adapter",
            script = "return {vendor: String(adapter.info && adapter.info.vendor || ''), "
                    + "architecture: String(adapter.info && adapter.info.architecture || ''), "
                    + "description: String(adapter.info && adapter.info.description || ''), "
                    + "fallback: !!(adapter.isFallbackAdapter || adapter.info && adapter.info.isFallbackAdapter), "
                    + "halves: adapter.features.has('shader-f16'), "
                    + "subgroups: adapter.features.has('subgroups'), "
                    + "lanes: adapter.features.has('subgroups') && adapter.info "
                    + "&& adapter.info.subgroupMinSize === adapter.info.subgroupMaxSize "
                    + "? adapter.info.subgroupMinSize | 0 : 0}")
    private static native Description describe(Gpu.Adapter adapter);

    @JSBody(params = "device", script = """
                    var lossSeen = {reason: null};
                    device.lost.then(function(info) { lossSeen.reason = info.reason + ' ' + info.message; });
                    return lossSeen;""")
    private static native Loss watch(Gpu.Device device);
}
