package org.decentralizedai.store.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.decentralizedai.model.ParameterLayout;

/**
 * Weights of one model as a safetensors file. Equal content gives equal bytes: tensors in layout order, metadata by name.
 *
 * <pre>
 * 0        8             8+n
 * | n, u64 | JSON header | f32 values, packed in layout order |     all little-endian
 * </pre>
 *
 * The header is padded with spaces so that the values begin at a multiple of 8.
 */
public final class Safetensors {
    /** Greatest file: 2 GiB - 1. */
    public static final long MAX_FILE = Integer.MAX_VALUE;

    private static final int BLOCK = 1 << 16;

    /** What {@link #read} found. @param weights packed in layout order; nobody else has the array */
    public record Contents(float[] weights, Map<String, String> metadata) {}

    private Safetensors() {}

    /**
     * Adds {@code format: pt} to the metadata, without which Hugging Face's loader refuses the file.
     *
     * @param weights packed in layout order
     */
    public static void write(OutputStream out, ParameterLayout layout, float[] weights, Map<String, String> metadata)
            throws IOException {
        if (weights.length != layout.parameterCount())
            throw new IllegalArgumentException(
                    "must have " + layout.parameterCount() + " weights: length=" + weights.length);
        byte[] header = SafetensorsHeader.of(layout, metadata);
        if (8 + header.length + (long) Float.BYTES * weights.length > MAX_FILE)
            throw new IllegalArgumentException("a checkpoint has at most 2 GiB: weights=" + weights.length);
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        out.write(block.putLong(header.length).array(), 0, Long.BYTES);
        out.write(header);
        for (int at = 0; at < weights.length; at += BLOCK / Float.BYTES) {
            int count = Math.min(BLOCK / Float.BYTES, weights.length - at);
            block.clear().asFloatBuffer().put(weights, at, count);
            out.write(block.array(), 0, count * Float.BYTES);
        }
    }

    /**
     * Reads a file that may come from anywhere: it must hold exactly the layout's tensors, in any order, and nothing else.
     *
     * @param size bytes that {@code in} has
     * @throws CheckpointException saying what is wrong with the file
     */
    public static Contents read(InputStream in, long size, ParameterLayout layout) throws IOException {
        if (size > MAX_FILE) throw new CheckpointException("a checkpoint has at most 2 GiB: size=" + size);
        var header = SafetensorsHeader.read(in, size, layout);
        float[] weights = new float[layout.parameterCount()];
        byte[] block = new byte[BLOCK];
        for (SafetensorsHeader.Entry entry : header.inFileOrder()) {
            for (int done = 0; done < entry.count(); done += BLOCK / Float.BYTES) {
                int count = Math.min(BLOCK / Float.BYTES, entry.count() - done);
                if (in.readNBytes(block, 0, count * Float.BYTES) < count * Float.BYTES)
                    throw new CheckpointException("the file ends inside " + entry.name());
                ByteBuffer.wrap(block)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(weights, entry.place() + done, count);
            }
        }
        return new Contents(weights, header.metadata());
    }
}
