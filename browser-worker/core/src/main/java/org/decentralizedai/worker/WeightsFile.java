package org.decentralizedai.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A checkpoint of our own writer, which packs all tensors in layout order without gaps.
 *
 * <pre> 0                    8        8 + n                     8 + n + 4 * parameters
 *       | n, little-endian | JSON   | f32 values, little-endian | </pre>
 *
 * @param header all before the values: the same for all checkpoints of a run
 * @param weights packed in layout order; nobody else has the array
 */
record WeightsFile(byte[] header, float[] weights) {
    private static final int LENGTH_BYTES = 8;

    /** @throws IllegalArgumentException when the file is not of this form */
    static WeightsFile of(byte[] file, int parameters) {
        float[] weights = new float[parameters];
        int at = valuesAt(file, parameters);
        values(file, at).asFloatBuffer().get(weights);
        return new WeightsFile(Arrays.copyOf(file, at), weights);
    }

    /** Where the values begin. @throws IllegalArgumentException when the file is not of this form */
    static int valuesAt(byte[] file, int parameters) {
        long values = (long) Float.BYTES * parameters;
        long header = file.length < LENGTH_BYTES
                ? -1
                : ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        if (header < 0 || header != file.length - LENGTH_BYTES - values)
            throw new IllegalArgumentException(
                    "not a checkpoint of " + parameters + " parameters: bytes=" + file.length + ", header=" + header);
        return (int) (LENGTH_BYTES + header);
    }

    byte[] bytes() {
        byte[] file = Arrays.copyOf(header, header.length + Float.BYTES * weights.length);
        values(file, header.length).asFloatBuffer().put(weights);
        return file;
    }

    private static ByteBuffer values(byte[] file, int at) {
        return ByteBuffer.wrap(file, at, file.length - at).slice().order(ByteOrder.LITTLE_ENDIAN);
    }
}
