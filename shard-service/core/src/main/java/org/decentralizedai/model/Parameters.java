package org.decentralizedai.model;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Stride;
import org.decentralizedai.kernels.Tensor;

/** One value for every parameter of a model (weights, gradients or moments) in a device's memory. */
public final class Parameters {
    /** Elements that are read at once: 16 MiB, which is what the host's end of a transfer takes. */
    private static final int PIECE = 1 << 22;

    private final ParameterLayout layout;
    private final List<Tensor> segments = new ArrayList<>();
    private final List<Tensor> views = new ArrayList<>();

    private Parameters(ParameterLayout layout) {
        this.layout = layout;
    }

    /** All zero; they stay until the kernels are closed. */
    public static Parameters allocate(Kernels kernels, ParameterLayout layout) {
        return take(new Arena(kernels), Use.WEIGHTS, layout);
    }

    /** All zero. */
    public static Parameters take(Allocator from, Use use, ParameterLayout layout) {
        var parameters = new Parameters(layout);
        for (int s = 0; s < layout.segments(); s++)
            parameters.segments.add(from.tensor(use, Shape.vector(layout.segmentSize(s))));
        for (Parameter p : layout.parameters())
            parameters.views.add(parameters.segments.get(p.segment()).view(p.offset(), p.shape()));
        return parameters;
    }

    /** Shape of the room that {@link #minus} works in, and of the longest read. */
    public static Shape piece(ParameterLayout layout) {
        int longest = 0;
        for (int s = 0; s < layout.segments(); s++) longest = Math.max(longest, layout.segmentSize(s));
        return Shape.vector(Math.min(longest, PIECE));
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
        for (int s = 0; s < segments.size(); s++) {
            int size = layout.segmentSize(s);
            for (int from = 0; from < size; from += PIECE) {
                var part = new Part(s, from, Math.min(PIECE, size - from));
                copy(kernels.read(part.of(this)), part, packed);
            }
        }
        return packed;
    }

    /**
     * This minus {@code others} in layout order without padding. Waits for the device.
     *
     * @param room of the shape {@link #piece}
     */
    public float[] minus(Kernels kernels, Parameters others, Tensor room) {
        float[] packed = new float[layout.parameterCount()];
        for (int first = 0, count; first < packed.length; first += count) {
            count = Math.min(room.size(), packed.length - first);
            Tensor difference = room.view(0, Shape.vector(count));
            minus(kernels, difference, others, first, 1);
            System.arraycopy(kernels.read(difference), 0, packed, first, count);
        }
        return packed;
    }

    /**
     * Enqueues: {@code out[i]} is value {@code first + i * step} of this minus {@code others}, counted in layout order without padding.
     */
    public void minus(Kernels kernels, Tensor out, Parameters others, int first, int step) {
        int before = 0; // values of the parameters before
        for (Parameter p : layout.parameters()) {
            int from = Math.min(out.size(), places(first, step, before));
            before += p.size();
            int count = Math.min(out.size(), places(first, step, before)) - from;
            if (count == 0) continue;
            int start = p.offset() + first + from * step - (before - p.size());
            Tensor a = segments.get(p.segment()), b = others.segments.get(p.segment());
            kernels.subtract(out, a, b, new Stride(from, start, step, count));
        }
    }

    /** How many of the numbers first, first + step, ... are less than {@code end}. */
    private static int places(int first, int step, int end) {
        return end <= first ? 0 : (end - first - 1) / step + 1;
    }

    /** Elements {@code from .. from + length} of a segment. */
    private record Part(int segment, int from, int length) {
        Tensor of(Parameters parameters) {
            return parameters.segments.get(segment).view(from, Shape.vector(length));
        }
    }

    /** Leaves the padding out. */
    private void copy(float[] values, Part part, float[] packed) {
        int at = 0;
        for (Parameter p : layout.parameters()) {
            int begin = Math.max(p.offset(), part.from());
            int end = Math.min(p.offset() + p.size(), part.from() + part.length());
            if (p.segment() == part.segment() && begin < end)
                System.arraycopy(values, begin - part.from(), packed, at + begin - p.offset(), end - begin);
            at += p.size();
        }
    }
}
