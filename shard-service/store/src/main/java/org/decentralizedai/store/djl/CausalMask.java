package org.decentralizedai.store.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

/** What is added to scores (context,context): 0 for a key at or before the query, otherwise next to minus infinity. */
final class CausalMask {
    private static final float NEVER = -1e30f;

    private final NDArray mask;

    CausalMask(NDManager manager, int context) {
        float[] values = new float[context * context];
        for (int query = 0; query < context; query++)
            for (int key = query + 1; key < context; key++) values[query * context + key] = NEVER;
        mask = manager.create(values, new Shape(context, context));
    }

    /** (length, first + length): queries from position {@code first} on, keys from the beginning on. */
    NDArray part(int first, int length) {
        return mask.get(new NDIndex().addSliceDim(first, first + length).addSliceDim(0, first + length));
    }
}
