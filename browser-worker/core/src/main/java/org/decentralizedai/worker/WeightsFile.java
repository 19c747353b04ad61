package org.decentralizedai.worker;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Where the values begin in a checkpoint of our own writer, which packs all tensors in layout order without gaps.
 *
 * <pre> 0                    8        8 + n                     8 + n + 4 * parameters
 *       | n, little-endian | JSON   | f32 values, little-endian | </pre>
 */
final class WeightsFile {
    private static final int LENGTH_BYTES = 8;

    private WeightsFile() {}

    /** @throws IllegalArgumentException when the file is not of this form */
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
}
