package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.MatmulLayout;

/**
 * A shader that multiplies by 16x16 elements of C an invocation, for rows in memory that are whole vectors of four. That is more
 * than any device has registers for; but on SwiftShader, which keeps sums in memory anyhow, fewer loads are what counts. Each
 * element is summed by fused multiply-adds in the order of k. Written out, since there arrays of sums are slower still.
 */
record RegisterProduct(MatmulLayout layout) implements Shader {
    static final int SIDE = 16;
    /** Invocations of a workgroup, across and down. */
    static final int GROUP = 2;

    private static final int VECTORS = SIDE / 4;

    private static final String HEAD = """
            fn store(row: u32, vector: u32, value: vec4f) {
              if (row < size.m && 4 * vector < size.n) {
                let at = row * (size.n / 4) + vector;
                c[at] = addend(at, vector) + value;
              }
            }

            @compute @workgroup_size(GROUP, GROUP)
            fn main(@builtin(global_invocation_id) id: vec3u) {
              let row = SIDE * id.y;
              let left = VECTORS * id.x;
              let height = size.m / 4;
              let width = size.n / 4;
              let depth = size.k / 4;
            """;

    @Override
    public String name() {
        return "register product " + layout;
    }

    @Override
    public String text() {
        return new Writer(layout).write("", "vec4f");
    }

    private static final class Writer extends ProductWriter {
        Writer(MatmulLayout layout) {
            super(layout);
        }

        @Override
        void head() {
            line(HEAD.replace("GROUP", GROUP + "u").replace("SIDE", SIDE + "u").replace("VECTORS", VECTORS + "u"));
            for (int i = 0; i < SIDE; i++) for (int j = 0; j < VECTORS; j++) line("var " + sum(i, j) + " = vec4f();");
        }

        /** Four steps of k at a time. Past the edge the last row or column is read again, and not stored. */
        @Override
        void rows() {
            for (int i = 0; i < SIDE; i++) line("let row" + i + " = min(row + " + i + "u, size.m - 1) * depth;");
            if (layout == MatmulLayout.ABT)
                for (int j = 0; j < SIDE; j++)
                    line("let column" + j + " = min(4 * left + " + j + "u, size.n - 1) * depth;");
            else columns();
            line("for (var p = 0u; p < depth; p++) {");
            if (layout == MatmulLayout.ABT) loadTurned();
            else
                for (int q = 0; q < 4; q++)
                    for (int j = 0; j < VECTORS; j++)
                        line("let b" + q + "_" + j + " = b[(4 * p + " + q + "u) * width + column" + j + "];");
            for (int i = 0; i < SIDE; i++) {
                line("let a" + i + " = a[row" + i + " + p];");
                for (int q = 0; q < 4; q++)
                    for (int j = 0; j < VECTORS; j++) addProduct(i, j, "a" + i + "[" + q + "]", "b" + q + "_" + j);
            }
            line("}");
        }

        private void columns() {
            for (int j = 0; j < VECTORS; j++) line("let column" + j + " = min(left + " + j + "u, width - 1);");
        }

        private void loadTurned() {
            for (int j = 0; j < SIDE; j++) line("let t" + j + " = b[column" + j + " + p];");
            for (int q = 0; q < 4; q++)
                for (int j = 0; j < VECTORS; j++) {
                    var vector = new StringBuilder();
                    for (int l = 0; l < 4; l++)
                        vector.append(l == 0 ? "" : ", ").append("t" + (4 * j + l) + "[" + q + "]");
                    line("let b" + q + "_" + j + " = vec4f(" + vector + ");");
                }
        }

        @Override
        void turnedRows() {
            for (int v = 0; v < VECTORS; v++) line("let row" + v + " = min(row / 4 + " + v + "u, height - 1);");
            columns();
            line("for (var p = 0u; p < size.k; p++) {");
            for (int j = 0; j < VECTORS; j++) line("let b" + j + " = b[p * width + column" + j + "];");
            for (int i = 0; i < SIDE; i++) {
                if (i % 4 == 0) line("let a" + i / 4 + " = a[p * height + row" + i / 4 + "];");
                for (int j = 0; j < VECTORS; j++) addProduct(i, j, "a" + i / 4 + "[" + i % 4 + "]", "b" + j);
            }
            line("}");
        }

        private void addProduct(int row, int vector, String left, String right) {
            line(sum(row, vector) + " = fma(vec4f(" + left + "), " + right + ", " + sum(row, vector) + ");");
        }

        @Override
        void stores() {
            for (int i = 0; i < SIDE; i++)
                for (int j = 0; j < VECTORS; j++)
                    line("store(row + " + i + "u, left + " + j + "u, " + sum(i, j) + ");");
            line("}");
        }
    }
}
