package org.decentralizedai.store.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys and values of all positions so far of one sequence; outlives the scopes of single steps. Not thread-safe. */
final class KeyValueCache implements AutoCloseable {
    private final List<Layer> layers = new ArrayList<>();

    KeyValueCache(int layers) {
        for (int i = 0; i < layers; i++) this.layers.add(new Layer());
    }

    Layer layer(int i) {
        return layers.get(i);
    }

    int length() {
        return layers.getFirst().length();
    }

    @Override
    public void close() {
        layers.forEach(Layer::close);
    }

    /** Arrays (1,kvHeads,length,headDim). */
    static final class Layer {
        private @Nullable NDArray keys, values;

        int length() {
            return keys == null ? 0 : (int) keys.getShape().get(2);
        }

        void append(NDArray k, NDArray v) {
            keys = grown(keys, k);
            values = grown(values, v);
        }

        private static NDArray grown(@Nullable NDArray old, NDArray more) {
            NDArray all = old == null ? more.duplicate() : old.concat(more, 2);
            NDScope.unregister(all);
            if (old != null) old.close();
            return all;
        }

        NDArray keys() {
            return present(keys);
        }

        NDArray values() {
            return present(values);
        }

        private static NDArray present(@Nullable NDArray array) {
            if (array == null) throw new IllegalStateException("the cache is empty");
            return array;
        }

        private void close() {
            if (keys != null) keys.close();
            if (values != null) values.close();
            keys = values = null;
        }
    }
}
