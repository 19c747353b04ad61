package org.decentralizedai.worker.web.gpu;

import java.util.Map;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ProductShape;

/**
 * One way to multiply matrices.
 *
 * @param name which stays the same from version to version: devices remember it
 * @param specs by layout; a layout that is not there is not taken
 * @param rows of C that a workgroup computes
 * @param columns of C that a workgroup computes
 * @param exact computes in f32 throughout. What a task sends must be what an audit computes, so others do not train
 */
record ProductKernel(
        String name, Map<MatmulLayout, KernelSpec> specs, Takes takes, int rows, int columns, boolean exact) {
    /** Which sizes a kernel can compute. */
    enum Takes {
        ANY,
        /** Rows in memory are whole vectors of four. */
        VECTORS,
        /** What decoding multiplies. */
        FEW_ROWS
    }

    boolean takes(ProductShape shape) {
        if (!specs.containsKey(shape.layout())) return false;
        return switch (takes) {
            case ANY -> true;
            case VECTORS -> (shape.layout() == MatmulLayout.ATB ? shape.m() : shape.k()) % 4 == 0 && shape.n() % 4 == 0;
            case FEW_ROWS -> shape.m() <= 8 && shape.k() % 4 == 0;
        };
    }

    KernelSpec spec(MatmulLayout layout) {
        KernelSpec spec = specs.get(layout);
        if (spec == null) throw new IllegalArgumentException(name + " does not take " + layout);
        return spec;
    }
}
