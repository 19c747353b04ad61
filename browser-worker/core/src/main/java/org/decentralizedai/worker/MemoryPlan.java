package org.decentralizedai.worker;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.kernels.Halves;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Storage;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;
import org.decentralizedai.model.Allocator;
import org.decentralizedai.model.Arena;
import org.decentralizedai.model.Keeping;
import org.decentralizedai.model.Use;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that tasks of one shape are computed in, known before any exists: a rehearsal takes them from nowhere by the
 * same code that takes them from a device. Immutable.
 *
 * <p>A task says how many windows are computed at a time, and so in which order gradients are added up, and whether activations
 * become halves. The plan only decides which of them are kept and which are made again, which changes no bit of the update.
 * Not counted: what a driver adds, shaders, and the {@code Kernels}' own 0.1 MB.
 */
public final class MemoryPlan {
    private final TaskShape shape;
    private final Keeping keeping;
    private final Rehearsal buffers = new Rehearsal();

    private MemoryPlan(TaskShape shape, Keeping keeping) {
        this.shape = shape;
        this.keeping = keeping;
        int longestRead = TrainingMemory.take(buffers, shape, keeping).longestRead();
        buffers.tensor(Use.TRANSFER, Shape.vector(longestRead)); // the host's end of a read
    }

    /** What leads to the bits of such a task, the fastest and largest first. */
    private static List<Keeping> ways(TaskShape shape) {
        return switch (shape.activations()) {
            case F32 -> List.of(Keeping.ALL, Keeping.PRODUCTS, Keeping.NOTHING);
            case F16 -> List.of(Keeping.HALVES, Keeping.NOTHING_AS_HALVES);
        };
    }

    /** @throws IllegalArgumentException if this leads to other bits than such a task's */
    public static MemoryPlan of(TaskShape shape, Keeping keeping) {
        if (!ways(shape).contains(keeping))
            throw new IllegalArgumentException("must be one of " + ways(shape) + ": keeping=" + keeping);
        return new MemoryPlan(shape, keeping);
    }

    /** Keeps all that such a task can keep: the fastest. */
    public static MemoryPlan keeping(TaskShape shape) {
        return new MemoryPlan(shape, ways(shape).getFirst());
    }

    /** Keeps one layer's activations at a time: the smallest. */
    public static MemoryPlan recomputing(TaskShape shape) {
        return new MemoryPlan(shape, ways(shape).getLast());
    }

    /** The fastest that the device can hold; the smallest when it can hold none. */
    public static MemoryPlan within(DeviceMemory device, TaskShape shape) {
        for (Keeping way : ways(shape)) {
            var plan = new MemoryPlan(shape, way);
            if (plan.refusal(device) == null) return plan;
        }
        return recomputing(shape);
    }

    /** The greatest micro-batch that divides the batch and fits in the fastest way that one does; 1 when nothing fits. */
    public static int microBatch(DeviceMemory device, TaskShape shape) {
        for (Keeping way : ways(shape))
            for (int size = shape.batch(); size >= 1; size--) {
                if (shape.batch() % size != 0) continue;
                TaskShape part = shape.inParts(size);
                if (part.expressible() && new MemoryPlan(part, way).refusal(device) == null) return size;
            }
        return 1;
    }

    private static final class Rehearsal implements Allocator {
        private record Counted(int length) implements Storage {}

        private final Map<Use, Long> bytes = new EnumMap<>(Use.class);
        private long total, greatest;

        @Override
        public Tensor tensor(Use use, Shape shape) {
            return new Tensor(count(use, shape.size()), 0, shape);
        }

        @Override
        public Tokens tokens(int count, int vocabulary) {
            return new Tokens(count(Use.SMALL, Tokens.length(count, vocabulary)), count, vocabulary);
        }

        @Override
        public Halves halves(Use use, Shape shape) {
            return new Halves(count(use, Halves.words(shape)), shape);
        }

        private Storage count(Use use, int elements) {
            long size = (long) Float.BYTES * elements;
            bytes.merge(use, size, Long::sum);
            total += size;
            greatest = Math.max(greatest, size);
            return new Counted(elements);
        }
    }

    public TaskShape shape() {
        return shape;
    }

    public Keeping keeping() {
        return keeping;
    }

    /** Of all buffers together: they live as long as the training. */
    public long bytes() {
        return buffers.total;
    }

    public long bytes(Use use) {
        return buffers.bytes.getOrDefault(use, 0L);
    }

    /** Of the largest buffer. */
    public long greatestBuffer() {
        return buffers.greatest;
    }

    /** Takes the buffers. */
    TrainingMemory take(Arena arena) {
        return TrainingMemory.take(arena, shape, keeping);
    }

    /** Why the device can't hold it, a sentence for people; null when it can. */
    public @Nullable String refusal(DeviceMemory device) {
        if (greatestBuffer() > device.bufferBytes())
            return "This task needs a buffer of " + words(greatestBuffer()) + "; this device allows "
                    + words(device.bufferBytes()) + " for one.";
        if (bytes() > device.bytes())
            return "This task needs " + words(bytes()) + " of buffers; this device allows " + words(device.bytes())
                    + ".";
        return null;
    }

    /** Without String.format, which would double the size of worker.js. */
    private static String words(long bytes) {
        return bytes < 1_000_000_000
                ? decimal(Math.round(bytes / 1e5), 10) + " MB"
                : decimal(Math.round(bytes / 1e7), 100) + " GB";
    }

    /** @param parts how many of {@code count} make one, a power of ten */
    private static String decimal(long count, int parts) {
        return count / parts + "." + String.valueOf(parts + count % parts).substring(1);
    }
}
