package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.Tensor;

/** Chooses the shader of a matrix product by its sizes. */
final class Products {
    private Products() {}

    static void enqueue(CommandStream commands, MatmulLayout layout, Tensor c, Tensor a, Tensor b, boolean accumulate) {
        int m = c.rows(), n = c.columns(), k = layout.k(a);
        int along = layout == MatmulLayout.ATB ? m : k; // what a row of A in memory runs along
        if (along % 4 == 0 && n % 4 == 0) {
            KernelSpec spec = aligned(layout);
            enqueue(commands, spec, 8, new int[] {m, n, k, accumulate ? 1 : 0}, c, a, b);
        } else {
            int[] sizes = strided(layout, m, n, k, accumulate);
            enqueue(commands, KernelSpec.MATMUL, 4, sizes, c, a, b);
        }
    }

    /** @param tile rows and columns of C that one invocation computes */
    private static void enqueue(
            CommandStream commands, KernelSpec spec, int tile, int[] sizes, Tensor c, Tensor a, Tensor b) {
        int x = groups(c.columns(), tile * spec.value("group_columns"));
        int y = groups(c.rows(), tile * spec.value("group_rows"));
        commands.dispatch(spec, x, y, sizes, c, a, b);
    }

    private static int groups(int size, int part) {
        return (size + part - 1) / part;
    }

    private static KernelSpec aligned(MatmulLayout layout) {
        return switch (layout) {
            case AB -> KernelSpec.MATMUL_AB;
            case ABT -> KernelSpec.MATMUL_ABT;
            case ATB -> KernelSpec.MATMUL_ATB;
        };
    }

    private static int[] strided(MatmulLayout layout, int m, int n, int k, boolean accumulate) {
        boolean turnedA = layout == MatmulLayout.ATB, turnedB = layout == MatmulLayout.ABT;
        int aRow = turnedA ? 1 : k, aStep = turnedA ? m : 1;
        int bStep = turnedB ? 1 : n, bColumn = turnedB ? k : 1;
        return new int[] {m, n, k, accumulate ? 1 : 0, aRow, aStep, bStep, bColumn};
    }
}
