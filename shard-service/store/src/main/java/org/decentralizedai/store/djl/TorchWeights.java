package org.decentralizedai.store.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;

/**
 * The parameters of a model as arrays over memory outside the heap that {@link #close} frees at once: DJL alone would wait
 * for the garbage collector.
 */
final class TorchWeights implements AutoCloseable {
    private static final long ALIGNMENT = 64; // of a cache line and of the widest vector

    private final Arena arena = Arena.ofShared();
    private final NDManager manager;
    private final Map<String, NDArray> arrays = new HashMap<>();

    /** @param packed in layout order */
    TorchWeights(NDManager parent, ModelConfig config, float[] packed) {
        ParameterLayout layout = ParameterLayout.of(config);
        if (packed.length != layout.parameterCount())
            throw new IllegalArgumentException(
                    "must have " + layout.parameterCount() + " weights: length=" + packed.length);
        manager = parent.newSubManager();
        int at = 0;
        for (Parameter p : layout.parameters()) {
            MemorySegment memory = arena.allocate((long) Float.BYTES * p.size(), ALIGNMENT);
            MemorySegment.copy(packed, at, memory, ValueLayout.JAVA_FLOAT, 0, p.size());
            arrays.put(p.name(), manager.create(memory.asByteBuffer(), shape(p), DataType.FLOAT32));
            at += p.size();
        }
    }

    private static Shape shape(Parameter p) {
        return p.vector()
                ? new Shape(p.size())
                : new Shape(p.shape().rows(), p.shape().columns());
    }

    /** (out,in) for a matrix, (n) for a vector. */
    NDArray get(String name) {
        NDArray array = arrays.get(name);
        if (array == null) throw new IllegalArgumentException("no such parameter: name=" + name);
        return array;
    }

    NDArray layer(int layer, String name) {
        return get("model.layers." + layer + "." + name + ".weight");
    }

    @Override
    public void close() {
        manager.close();
        arena.close();
    }
}
