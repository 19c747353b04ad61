package org.decentralizedai.model;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/** One value for every parameter of a model (weights, gradients or moments) in a device's memory. */
public final class Parameters {
    private final ParameterLayout layout;
    private final List<Tensor> segments = new ArrayList<>();
    private final List<Tensor> views = new ArrayList<>();

    private Parameters(ParameterLayout layout) {
        this.layout = layout;
    }

    /** All zero. */
    public static Parameters allocate(Kernels kernels, ParameterLayout layout) {
        var parameters = new Parameters(layout);
        for (int s = 0; s < layout.segments(); s++)
            parameters.segments.add(kernels.allocate(Shape.vector(layout.segmentSize(s))));
        for (Parameter p : layout.parameters())
            parameters.views.add(parameters.segments.get(p.segment()).view(p.offset(), p.shape()));
        return parameters;
    }

    public ParameterLayout layout() {
        return layout;
    }

    /** The flat tensors, padding included; for operations that treat every element alike. */
    public List<Tensor> segments() {
        return List.copyOf(segments);
    }

    /** In the order of {@link ParameterLayout#parameters()}. */
    public List<Tensor> views() {
        return List.copyOf(views);
    }

    public Tensor get(String name) {
        List<Parameter> all = layout.parameters();
        for (int i = 0; i < all.size(); i++) if (all.get(i).name().equals(name)) return views.get(i);
        throw new IllegalArgumentException("no such parameter: name=" + name);
    }

    /** Fills every parameter from packed little-endian f32 values in layout order, as checkpoints hold them. */
    public void upload(Kernels kernels, byte[] packed, int offset) {
        int at = offset;
        for (Tensor view : views) {
            kernels.upload(view, packed, at);
            at += Float.BYTES * view.size();
        }
    }

    /** All values in layout order without padding. Waits for the device. */
    public float[] read(Kernels kernels) {
        float[] packed = new float[layout.parameterCount()];
        int at = 0;
        for (int s = 0; s < segments.size(); s++) {
            float[] segment = kernels.read(segments.get(s));
            for (Parameter p : layout.parameters()) {
                if (p.segment() != s) continue;
                System.arraycopy(segment, p.offset(), packed, at, p.size());
                at += p.size();
            }
        }
        return packed;
    }

    public void free(Kernels kernels) {
        for (Tensor segment : segments) kernels.free(segment);
    }
}
