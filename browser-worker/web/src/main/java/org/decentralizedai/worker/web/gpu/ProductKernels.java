package org.decentralizedai.worker.web.gpu;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ProductShape;

/** Every way to multiply that a device has. The first two are what it uses until others are found to be faster. */
final class ProductKernels {
    /** Any sizes, 4x4 elements an invocation. */
    static final ProductKernel STRIDED =
            new ProductKernel("strided", each(_ -> KernelSpec.MATMUL), ProductKernel.Takes.ANY, 4 * 4, 4 * 8, true);

    static final ProductKernel BLOCKS = blocks(4);

    private final List<ProductKernel> all = new ArrayList<>(List.of(BLOCKS, STRIDED));

    private ProductKernels() {}

    /** In the order in which they are worth trying. */
    static List<ProductKernel> of(GpuFeatures features) {
        var kernels = new ProductKernels();
        kernels.all.add(fewRows("few-rows-registers", KernelSpec.MATMUL_FEW_ROWS_REGISTERS, 1, 4 * 16));
        if (features.lanes() >= 4) kernels.all.add(subgroups(features.lanes()));
        if (features.software()) kernels.all.add(registers());
        kernels.all.add(blocks(2));
        kernels.all.add(blocks(8));
        kernels.all.add(workgroup("workgroup-64", 16, false));
        kernels.all.add(workgroup("workgroup-32", 8, false));
        if (features.halves()) kernels.all.add(workgroup("workgroup-64-f16", 16, true));
        kernels.all.add(fewRows("few-rows", KernelSpec.MATMUL_FEW_ROWS, 8, 4));
        return List.copyOf(kernels.all);
    }

    /** What computes a shape without any measuring: the same on every device, in the same order of summation. */
    static ProductKernel standard(ProductShape shape) {
        return BLOCKS.takes(shape) ? BLOCKS : STRIDED;
    }

    /** 8x8 elements an invocation, as four 4x4 blocks in registers, {@code side * side} invocations a workgroup. */
    private static ProductKernel blocks(int side) {
        return new ProductKernel(
                "blocks-" + 8 * side,
                each(layout -> KernelSpec.matmulAligned(layout, side)),
                ProductKernel.Takes.VECTORS,
                8 * side,
                8 * side,
                true);
    }

    private static ProductKernel fewRows(String name, KernelSpec spec, int rows, int columns) {
        return new ProductKernel(
                name, Map.of(MatmulLayout.ABT, spec), ProductKernel.Takes.FEW_ROWS, rows, columns, true);
    }

    private static ProductKernel workgroup(String name, int across, boolean halves) {
        return new ProductKernel(
                name,
                each(_ -> KernelSpec.matmulWorkgroup(across, halves)),
                ProductKernel.Takes.ANY,
                4 * across,
                4 * across,
                !halves);
    }

    private static ProductKernel subgroups(int lanes) {
        return new ProductKernel(
                "subgroups",
                each(layout -> KernelSpec.matmulSubgroups(layout, lanes)),
                ProductKernel.Takes.ANY,
                SubgroupProduct.ROWS,
                SubgroupProduct.COLUMNS * lanes,
                true);
    }

    private static ProductKernel registers() {
        int side = RegisterProduct.SIDE * RegisterProduct.GROUP;
        return new ProductKernel(
                "registers", each(KernelSpec::matmulRegisters), ProductKernel.Takes.VECTORS, side, side, true);
    }

    private static Map<MatmulLayout, KernelSpec> each(Function<MatmulLayout, KernelSpec> spec) {
        var specs = new EnumMap<MatmulLayout, KernelSpec>(MatmulLayout.class);
        for (MatmulLayout layout : MatmulLayout.values()) specs.put(layout, spec.apply(layout));
        return specs;
    }
}
