package org.decentralizedai.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * What every implementation of {@link Kernels} must compute, over the shapes that go wrong: odd sizes, one row, edges of
 * tiles, views, grouped heads, tokens repeated and missing. A worker checks its device with it before it takes a task.
 * Tolerances are for 32-bit arithmetic in any order of summation.
 */
public final class KernelExpectations {
    private static final double TIGHT = 1e-6, USUAL = 1e-5, LOOSE = 1e-4;

    /** Rows, columns and inner size: whole tiles, edges of 4 and 8, one row or column, odd. */
    private static final int[][] PRODUCTS = {
        {64, 64, 64},
        {40, 24, 16},
        {12, 20, 36},
        {4, 4, 4},
        {1, 8, 4},
        {70, 264, 12},
        {7, 5, 3},
        {1, 1, 1},
        {33, 12, 65},
        {20, 9, 8},
        {9, 16, 12},
        {2, 3, 130}
    };

    /** Batch, context, heads, kvHeads, headDim. */
    private static final AttentionShape[] ATTENTION = {
        new AttentionShape(1, 1, 1, 1, 4),
        new AttentionShape(2, 7, 4, 2, 16),
        new AttentionShape(3, 16, 4, 4, 32),
        new AttentionShape(1, 33, 6, 2, 64),
        new AttentionShape(2, 5, 3, 1, 128),
        new AttentionShape(1, 64, 2, 2, 20),
        new AttentionShape(2, 35, 2, 1, 128)
    };

    /** New rows, past ones before them, headDim: the first row, one, few, a whole prompt, many past ones. */
    private static final int[][] CACHED = {
        {1, 0, 16}, {1, 5, 4}, {1, 90, 64}, {3, 14, 32}, {8, 150, 16}, {7, 61, 128}, {21, 0, 64}, {18, 37, 128}
    };

    /** Values: one, an odd number, a block and one more, several and an odd rest. */
    private static final int[] CODED = {1, 77, 513, 11_111};

    private final List<Expectation> all = new ArrayList<>();

    private KernelExpectations() {}

    /** The matrix products. */
    public static List<Expectation> products() {
        var cases = new KernelExpectations();
        cases.matmul();
        return List.copyOf(cases.all);
    }

    /** Every case, each independent of the others. */
    public static List<Expectation> all() {
        var cases = new KernelExpectations();
        cases.memory();
        cases.halves();
        cases.matmul();
        cases.embedding();
        cases.norms();
        cases.rotary();
        for (AttentionShape shape : ATTENTION) cases.attention(shape);
        for (int[] sizes : CACHED) cases.cachedAttention(sizes[0], sizes[1], sizes[2]);
        cases.elementwise();
        cases.codes();
        cases.loss();
        cases.optimiser();
        return List.copyOf(cases.all);
    }

    private void add(String name, double tolerance, Expectation.Program program) {
        all.add(new Expectation(name, tolerance, program));
    }

    private void memory() {
        add("zero view", TIGHT, (k, b) -> k.zero(b.outputView(3, 5)));
        add("copy view", TIGHT, (k, b) -> k.copy(b.outputView(7, 3), b.inputView(7, 3)));
        add("subtract", TIGHT, (k, b) -> k.subtract(b.output(5, 77), b.input(5, 77), b.input(5, 77)));
        add(
                "subtract stride",
                TIGHT,
                (k, b) -> k.subtract(
                        b.outputView(3, 50), b.inputView(13, 64), b.inputView(13, 64), new Stride(70, 5, 11, 75)));
        add("upload bytes", TIGHT, (k, b) -> {
            byte[] bytes = new byte[3 + 4 * 15];
            for (int i = 0; i < 15; i++) {
                int bits = Float.floatToRawIntBits(i * 0.37f - 2);
                for (int j = 0; j < 4; j++) bytes[3 + 4 * i + j] = (byte) (bits >> 8 * j);
            }
            k.upload(b.outputView(3, 5), bytes, 3);
        });
    }

    /** Within their range, beyond it, below the least normal one, and where rounding is to even; all engines agree exactly. */
    private void halves() {
        for (double limit : new double[] {1, 70_000, 1e-4, 2e-7})
            for (int[] size : new int[][] {{1, 1}, {7, 33}, {64, 176}})
                halves("within " + limit, size[0], size[1], b -> b.input(Shape.of(size[0], size[1]), -limit, limit));
        float unit = 0x1p-10f, least = 0x1p-24f;
        float[][] edges = {
            {1 + unit / 2, 1 + 3 * unit / 2, -1 - unit / 2, 1 + 0.51f * unit, 2 - unit / 4, 0, -0f},
            {65_504, 65_519, 65_520, -65_520, 1e30f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY},
            {least, least / 2, 3 * least / 2, -least / 3, 1023.5f * least, 1022.5f * least, 0x1p-14f}
        };
        for (float[] edge : edges)
            halves("edges at " + edge[0], 1, edge.length, b -> b.values(Shape.vector(edge.length), edge));
        add("narrow and widen views", TIGHT, (k, b) -> {
            Halves halves = b.halves(7, 3);
            k.narrow(halves, b.inputView(7, 3));
            k.widen(b.outputView(7, 3), halves);
        });
    }

    private interface Source {
        Tensor from(Bench bench);
    }

    private void halves(String name, int rows, int columns, Source x) {
        add("narrow and widen " + rows + "x" + columns + " " + name, TIGHT, (k, b) -> {
            Halves halves = b.halves(rows, columns);
            k.narrow(halves, x.from(b));
            k.widen(b.output(rows, columns), halves);
        });
    }

    private void matmul() {
        for (MatmulLayout layout : MatmulLayout.values())
            for (int[] size : PRODUCTS)
                for (String addend : List.of("", " accumulate", " residual", " bias")) product(layout, size, addend);
        add(
                "matmul views",
                USUAL,
                (k, b) ->
                        k.matmul(MatmulLayout.ABT, b.outputView(19, 12), b.inputView(19, 8), b.inputView(12, 8), true));
    }

    private void product(MatmulLayout layout, int[] size, String addend) {
        int m = size[0], n = size[1], inner = size[2];
        String name = "matmul " + layout + " " + m + "x" + n + "x" + inner + addend;
        add(name, USUAL, (k, b) -> {
            Tensor c = b.output(m, n);
            Tensor left = layout == MatmulLayout.ATB ? b.input(inner, m) : b.input(m, inner);
            Tensor right = layout == MatmulLayout.ABT ? b.input(n, inner) : b.input(inner, n);
            k.matmul(
                    layout,
                    c,
                    left,
                    right,
                    switch (addend) {
                        case " accumulate" -> Addend.ITSELF;
                        case " residual" -> new Addend.Rows(b.inputView(m, n));
                        case " bias" -> new Addend.Rows(b.inputView(1, n));
                        default -> Addend.NOTHING;
                    });
        });
    }

    private void embedding() {
        add("embed", TIGHT, (k, b) -> k.embed(b.output(13, 12), b.input(9, 12), b.tokens(13, 9, 4)));
        add("embed one", TIGHT, (k, b) -> k.embed(b.output(1, 3), b.input(2, 3), b.tokens(1, 2, 1)));
        add("embedBackward", USUAL, (k, b) -> k.embedBackward(b.output(9, 12), b.input(13, 12), b.tokens(13, 9, 4)));
        add(
                "embedBackward view",
                USUAL,
                (k, b) -> k.embedBackward(b.outputView(264, 7), b.input(130, 7), b.tokens(130, 264, 20)));
    }

    private void norms() {
        for (int[] size : new int[][] {{1, 1}, {5, 7}, {33, 64}, {70, 130}}) {
            int n = size[0], c = size[1];
            add(
                    "rmsNorm " + n + "x" + c,
                    USUAL,
                    (k, b) -> k.rmsNorm(b.output(n, c), b.output(n, 1), b.input(n, c), b.inputView(1, c), 1e-5));
            add("rmsNormBackward " + n + "x" + c, USUAL, (k, b) -> {
                Tensor x = b.input(n, c), weight = b.inputView(1, c), rstd = b.output(n, 1);
                k.rmsNorm(b.output(n, c), rstd, x, weight, 1e-5);
                k.rmsNormBackward(b.output(n, c), b.outputView(1, c), b.input(n, c), x, weight, rstd);
            });
        }
    }

    private void rotary() {
        for (int[] size : new int[][] {{2, 3, 1, 4}, {3, 17, 4, 16}, {1, 64, 3, 6}}) {
            int batch = size[0], context = size[1], heads = size[2], dim = size[3];
            String sizes = " " + batch + "x" + context + "x" + heads + "x" + dim;
            add(
                    "rotary" + sizes,
                    USUAL,
                    (k, b) -> k.rotary(b.output(batch * context, heads * dim), table(b, context, dim)));
            add(
                    "rotary after 2" + sizes,
                    USUAL,
                    (k, b) -> k.rotary(b.output(batch * context, heads * dim), table(b, context + 2, dim), 2));
            add(
                    "rotaryBackward" + sizes,
                    USUAL,
                    (k, b) -> k.rotaryBackward(b.output(batch * context, heads * dim), table(b, context, dim)));
        }
    }

    private static Tensor table(Bench bench, int context, int headDim) {
        return bench.values(Shape.of(context, headDim), RotaryTable.values(context, headDim, 10_000));
    }

    private void attention(AttentionShape shape) {
        String name = shape.batch() + "x" + shape.context() + "x" + shape.heads() + "/" + shape.kvHeads() + "x"
                + shape.headDim();
        Shape query = shape.query(), keyValue = shape.keyValue();
        add(
                "attention " + name,
                USUAL,
                (k, b) -> k.attention(
                        b.output(query.rows(), query.columns()),
                        b.output(shape.rows(), shape.heads()),
                        b.input(query, -3, 3),
                        b.input(keyValue, -3, 3),
                        b.input(keyValue, -1, 1),
                        shape));
        add("attentionBackward " + name, LOOSE, (k, b) -> {
            Tensor out = b.output(query.rows(), query.columns()), lse = b.output(shape.rows(), shape.heads());
            Tensor q = b.input(query, -2, 2), key = b.input(keyValue, -2, 2), value = b.input(keyValue, -1, 1);
            k.attention(out, lse, q, key, value, shape);
            k.attentionBackward(
                    b.output(query.rows(), query.columns()),
                    b.output(keyValue.rows(), keyValue.columns()),
                    b.output(keyValue.rows(), keyValue.columns()),
                    b.output(shape.rows(), shape.heads()),
                    b.input(query, -1, 1),
                    out,
                    lse,
                    q,
                    key,
                    value,
                    shape);
        });
    }

    private void cachedAttention(int rows, int past, int headDim) {
        var added = new AttentionShape(1, rows, 6, 2, headDim);
        Shape query = added.query(),
                cache = Shape.of(past + rows + 3, added.keyValue().columns());
        add(
                "cachedAttention " + rows + " after " + past + "x" + headDim,
                USUAL,
                (k, b) -> k.cachedAttention(
                        b.output(query.rows(), query.columns()),
                        b.output(rows, added.heads()),
                        b.input(query, -3, 3),
                        b.input(cache, -3, 3),
                        b.input(cache, -1, 1),
                        added,
                        past));
    }

    private void elementwise() {
        for (int[] size : new int[][] {{1, 1}, {7, 33}, {64, 176}}) {
            Shape shape = Shape.of(size[0], size[1]);
            int n = size[0], c = size[1];
            add(
                    "swiGlu " + shape,
                    USUAL,
                    (k, b) -> k.swiGlu(b.output(n, c), b.input(shape, -6, 6), b.input(shape, -2, 2)));
            add(
                    "swiGluBackward " + shape,
                    USUAL,
                    (k, b) -> k.swiGluBackward(
                            b.output(n, c), b.output(n, c), b.input(n, c), b.input(shape, -6, 6), b.input(n, c)));
        }
    }

    private void codes() {
        for (BlockCode form : BlockCode.values())
            for (int count : CODED) {
                code(form + " " + count, form, bench -> bench.input(1, count));
                code(form + " any bits " + count, form, bench -> bench.values(Shape.vector(count), anyBits(count)));
                code(form + " edges " + count, form, bench -> bench.values(Shape.vector(count), edges(count)));
            }
    }

    /** The bytes are the same or not: there is no tolerance. */
    private void code(String name, BlockCode form, Function<Bench, Tensor> values) {
        add("encode " + name, TIGHT, (k, b) -> {
            Tensor x = values.apply(b);
            k.encode(b.code(form.words(x.size())), x, form);
        });
    }

    /** Of any size down to the least, in groups of one to eleven binary digits; not a number in one of nine groups. */
    private static float[] anyBits(int count) {
        var random = new Random(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            int group = i / 300, exponent = group * 29 % 250 + random.nextInt(1 + group % 11);
            int bits = random.nextInt() & 0x807fffff | Math.min(exponent, 254) << 23;
            boolean odd = group % 9 == 8 && i % 300 == 77;
            values[i] = odd ? (group % 2 == 0 ? Float.NaN : 1 / 0f) : Float.intBitsToFloat(bits);
        }
        return values;
    }

    /** Zeros of both signs, least numbers, halves of steps, and equal magnitudes of both signs. */
    private static float[] edges(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            float unit = i / 512 % 3 == 0 ? Float.MIN_VALUE : i / 512 % 3 == 1 ? 0x1p-130f : 0x1p-9f;
            int step = (i * 37 + i / 64) % 128 * (i / 256 % 4);
            values[i] = (i % 3 == 0 ? -0.5f : 0.5f) * unit * step;
        }
        return values;
    }

    private void loss() {
        for (int[] size : new int[][] {{1, 2}, {17, 9}, {70, 264}}) {
            int n = size[0], vocabulary = size[1];
            add("crossEntropy " + n + "x" + vocabulary, USUAL, (k, b) -> {
                Tensor logits = b.compared(b.input(Shape.of(n, vocabulary), -8, 8));
                k.crossEntropy(b.output(n, 1), logits, b.tokens(n, vocabulary, vocabulary), 1.0 / n);
            });
        }
        add("crossEntropy of some rows", USUAL, (k, b) -> {
            Tensor logits = b.compared(b.input(Shape.of(66, 33), -8, 8));
            k.crossEntropy(b.output(66, 1), logits, b.tokens(200, 33, 33), 128, 0.01);
        });
        add("crossEntropy of large logits", USUAL, (k, b) -> {
            Tensor logits = b.compared(b.input(Shape.of(5, 11), 900, 1000));
            k.crossEntropy(b.output(5, 1), logits, b.tokens(5, 11, 11), 1);
        });
    }

    private void optimiser() {
        for (int size : new int[] {1, 63, 1000, 70_001})
            add("squaredNorm " + size, USUAL, (k, b) -> {
                Tensor norm2 = b.output(1, 1);
                k.squaredNorm(norm2, b.input(1, size), false);
                k.squaredNorm(norm2, b.input(1, size / 2 + 1), true);
            });
        add("adamW clipped", USUAL, (k, b) -> steps(k, b, 130, 64, 0.5));
        add("adamW not clipped", USUAL, (k, b) -> steps(k, b, 77, 0, 1000));
        add("adamW no limit", USUAL, (k, b) -> steps(k, b, 5, 5, 0));
        add("adamW along a fixed second moment, bounded", USUAL, (k, b) -> {
            Tensor weights = b.output(1, 130), m = b.output(1, 130), norm2 = b.output(1, 1);
            Tensor v = b.compared(b.input(Shape.of(1, 130), 0, 0.05)), gradients = b.input(1, 130);
            k.squaredNorm(norm2, gradients, false);
            k.adamW(weights, gradients, m, v, norm2, new AdamW(0.01, 0, 1, 1e-8, 0.1, 1, 1, 64, 0.5));
        });
    }

    private static void steps(Kernels kernels, Bench bench, int size, int decayed, double clipNorm) {
        Tensor weights = bench.output(1, size), m = bench.output(1, size), v = bench.output(1, size);
        kernels.zero(m);
        kernels.zero(v);
        Tensor norm2 = bench.output(1, 1);
        for (int step = 1; step <= 3; step++) {
            Tensor gradients = bench.input(1, size);
            kernels.squaredNorm(norm2, gradients, false);
            kernels.adamW(
                    weights,
                    gradients,
                    m,
                    v,
                    norm2,
                    new AdamW(0.01 * step, 0.9, 0.95, 1e-8, 0.1, clipNorm, step, decayed));
        }
    }
}
