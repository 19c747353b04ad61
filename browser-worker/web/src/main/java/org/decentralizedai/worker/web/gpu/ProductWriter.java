package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.MatmulLayout;

/** Writes the shader of a matrix product out, line by line, with each sum of C in a register of its own. */
abstract class ProductWriter {
    private static final String OPERANDS = """
            struct Sizes {
              m: u32,
              n: u32,
              k: u32,
              addend: u32,
            }

            @group(0) @binding(0) var<storage, read_write> c: array<Element>;
            @group(0) @binding(1) var<storage, read> a: array<Element>;
            @group(0) @binding(2) var<storage, read> b: array<Element>;
            @group(0) @binding(3) var<storage, read> d: array<Element>;
            @group(1) @binding(0) var<uniform> size: Sizes;

            fn addend(at: u32, column: u32) -> Element {
              switch (size.addend) {
                case 1: { return c[at]; }
                case 2: { return d[at]; }
                case 3: { return d[column]; }
                default: { return Element(); }
              }
            }

            """;

    final MatmulLayout layout;
    private final StringBuilder text = new StringBuilder();

    ProductWriter(MatmulLayout layout) {
        this.layout = layout;
    }

    /** @param enables directives, which come first @param element of the operands, f32 or vec4f */
    final String write(String enables, String element) {
        text.append(enables).append(OPERANDS.replace("Element", element));
        head();
        if (layout == MatmulLayout.ATB) turnedRows();
        else rows();
        stores();
        return text.toString();
    }

    /** From {@code store} into main, up to its sums. */
    abstract void head();

    /** The loop over k where A's rows are rows in memory. */
    abstract void rows();

    /** The same where they are columns. */
    abstract void turnedRows();

    /** To the end of main. */
    abstract void stores();

    final void line(String code) {
        text.append(code).append('\n');
    }

    static String sum(int row, int column) {
        return "c" + row + "_" + column;
    }
}
