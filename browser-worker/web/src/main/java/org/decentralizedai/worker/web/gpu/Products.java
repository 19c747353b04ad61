package org.decentralizedai.worker.web.gpu;

import java.util.HashMap;
import java.util.Map;
import org.decentralizedai.kernels.Addend;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ProductShape;
import org.decentralizedai.kernels.Tensor;
import org.jspecify.annotations.Nullable;

/** Multiplies by the kernel that was chosen for the sizes, or by the standard one. */
final class Products {
    private final CommandStream commands;
    private final Map<ProductShape, ProductKernel> chosen = new HashMap<>();
    private @Nullable ProductKernel preferred;

    Products(CommandStream commands) {
        this.commands = commands;
    }

    void choose(ProductShape shape, ProductKernel kernel) {
        chosen.put(shape, kernel);
    }

    /** Uses a kernel for all sizes that it takes; null for what was chosen. */
    void prefer(@Nullable ProductKernel kernel) {
        preferred = kernel;
    }

    /** Back to the standard kernels. */
    void forget() {
        chosen.clear();
        preferred = null;
    }

    private ProductKernel kernel(ProductShape shape) {
        if (preferred != null && preferred.takes(shape)) return preferred;
        ProductKernel found = chosen.get(shape);
        return found != null ? found : ProductKernels.standard(shape);
    }

    void enqueue(MatmulLayout layout, Tensor c, Tensor a, Tensor b, Addend addend) {
        var shape = ProductShape.of(layout, a, b);
        ProductKernel kernel = kernel(shape);
        int x = groups(shape.n(), kernel.columns());
        int y = groups(shape.m(), kernel.rows());
        Tensor d = addend instanceof Addend.Rows(Tensor rows) ? rows : a; // something must be bound
        commands.dispatch(kernel.spec(layout), x, y, sizes(shape, mode(addend, c)), c, a, b, d);
    }

    /** As the shaders number them. */
    private static int mode(Addend addend, Tensor c) {
        return switch (addend) {
            case Addend.Nothing() -> 0;
            case Addend.Itself() -> 1;
            case Addend.Rows(Tensor d) -> d.rows() == c.rows() ? 2 : 3;
        };
    }

    private static int groups(int size, int part) {
        return (size + part - 1) / part;
    }

    /** The uniforms of matmul.wgsl; others read the first four only. */
    private static int[] sizes(ProductShape shape, int addend) {
        boolean turnedA = shape.layout() == MatmulLayout.ATB, turnedB = shape.layout() == MatmulLayout.ABT;
        int m = shape.m(), n = shape.n(), k = shape.k();
        int aRow = turnedA ? 1 : k, aStep = turnedA ? m : 1;
        int bStep = turnedB ? 1 : n, bColumn = turnedB ? k : 1;
        return new int[] {m, n, k, addend, aRow, aStep, bStep, bColumn};
    }
}
