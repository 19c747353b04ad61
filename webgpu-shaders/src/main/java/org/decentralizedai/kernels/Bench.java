package org.decentralizedai.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Where a {@link Expectation.Program} gets seeded inputs and leaves its outputs; frees all of them in the end. */
public final class Bench implements AutoCloseable {
    /** WebGPU's alignment of views, in elements. */
    private static final int ALIGNMENT = 64;

    private final Kernels kernels;
    private final Random random;
    private final List<Tensor> allocated = new ArrayList<>();
    private final List<Tokens> tokens = new ArrayList<>();
    private final List<Halves> halves = new ArrayList<>();
    private final List<Tensor> outputs = new ArrayList<>();
    private final List<Tensor> codes = new ArrayList<>();

    Bench(Kernels kernels, long seed) {
        this.kernels = kernels;
        random = new Random(seed);
    }

    /** Between -1 and 1. */
    public Tensor input(int rows, int columns) {
        return filled(Shape.of(rows, columns), -1, 1);
    }

    public Tensor input(Shape shape, double from, double to) {
        return filled(shape, from, to);
    }

    /** Filled too, so that what an operation should overwrite or add to is not zero by chance. Compared afterwards. */
    public Tensor output(int rows, int columns) {
        Tensor made = filled(Shape.of(rows, columns), -1, 1);
        outputs.add(made);
        return made;
    }

    /** A view inside a larger tensor, all of which is compared: nothing beside the view may change. */
    public Tensor outputView(int rows, int columns) {
        Tensor whole = output(1, aligned(rows * columns) + 2 * ALIGNMENT);
        return whole.view(ALIGNMENT, Shape.of(rows, columns));
    }

    public Tensor inputView(int rows, int columns) {
        return input(1, aligned(rows * columns) + 2 * ALIGNMENT).view(2 * ALIGNMENT, Shape.of(rows, columns));
    }

    /** The tensor itself is compared as well: an operation changes it in place. */
    public Tensor compared(Tensor tensor) {
        outputs.add(tensor);
        return tensor;
    }

    public Tensor values(Shape shape, float[] values) {
        Tensor made = allocate(shape);
        kernels.upload(made, values);
        return made;
    }

    /** Drawn from the first {@code used} of the vocabulary: some are repeated, some missing. */
    public Tokens tokens(int count, int vocabulary, int used) {
        Tokens made = kernels.allocateTokens(count, vocabulary);
        tokens.add(made);
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) ids[i] = random.nextInt(used);
        ids[count - 1] = vocabulary - 1;
        kernels.upload(made, ids);
        return made;
    }

    public Halves halves(int rows, int columns) {
        Halves made = kernels.allocateHalves(Shape.of(rows, columns));
        halves.add(made);
        return made;
    }

    private Tensor filled(Shape shape, double from, double to) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) values[i] = (float) (from + (to - from) * random.nextDouble());
        return values(shape, values);
    }

    private Tensor allocate(Shape shape) {
        Tensor made = kernels.allocate(shape);
        allocated.add(made);
        return made;
    }

    private static int aligned(int size) {
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Room for a code, not zero either; its bytes are compared, all those of its tensor. */
    public Tensor code(int words) {
        Tensor made = filled(Shape.vector(words), 1e8, 1e9);
        codes.add(made);
        return made;
    }

    List<float[]> read() {
        var values = new ArrayList<float[]>();
        for (Tensor output : outputs) values.add(kernels.read(output));
        for (Tensor code : codes) {
            byte[] bytes = kernels.readBytes(code, Float.BYTES * code.size());
            float[] numbers = new float[bytes.length];
            for (int i = 0; i < bytes.length; i++) numbers[i] = bytes[i];
            values.add(numbers);
        }
        return values;
    }

    @Override
    public void close() {
        for (Tensor tensor : allocated) kernels.free(tensor);
        for (Tokens some : tokens) kernels.free(some);
        for (Halves some : halves) kernels.free(some);
    }
}
