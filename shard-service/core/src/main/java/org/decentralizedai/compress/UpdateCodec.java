package org.decentralizedai.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Encodes and decodes updates. The length of the bytes follows from the encoding and the number of values, so a decoder
 * allocates nothing that a stranger chose.
 *
 * <pre> INT8:  | scale f32 | 256 x i8 | scale f32 | 256 x i8 | ... | scale f32 | rest x i8 |     value = scale * i8 </pre>
 */
public final class UpdateCodec {
    /** Values that share a scale. */
    public static final int BLOCK = 256;

    private static final int GREATEST = 127;

    private UpdateCodec() {}

    public static int encodedBytes(UpdateEncoding encoding, int values) {
        return switch (encoding) {
            case F32 -> Math.multiplyExact(Float.BYTES, values);
            case INT8 -> Math.addExact(values, Float.BYTES * ((values + BLOCK - 1) / BLOCK));
        };
    }

    public static byte[] encode(UpdateEncoding encoding, float[] update) {
        var out = ByteBuffer.allocate(encodedBytes(encoding, update.length)).order(ByteOrder.LITTLE_ENDIAN);
        switch (encoding) {
            case F32 -> {
                for (float value : update) out.putFloat(value);
            }
            case INT8 -> {
                for (int start = 0; start < update.length; start += BLOCK)
                    encodeBlock(out, update, start, Math.min(start + BLOCK, update.length));
            }
        }
        return out.array();
    }

    private static void encodeBlock(ByteBuffer out, float[] update, int start, int end) {
        double max = 0;
        for (int i = start; i < end; i++) max = Math.max(max, Math.abs((double) update[i]));
        int at = out.position();
        out.putFloat((float) (max / GREATEST));
        double scale = out.getFloat(at); // rounded to f32 on every platform
        for (int i = start; i < end; i++) {
            long code = scale == 0 ? 0 : Math.round(update[i] / scale);
            out.put((byte) Math.max(-GREATEST, Math.min(GREATEST, code)));
        }
    }

    /**
     * @return {@code values} numbers, which may be NaN or infinite where the sender wrote so
     * @throws IllegalArgumentException when the length is not {@link #encodedBytes}
     */
    public static float[] decode(UpdateEncoding encoding, byte[] encoded, int values) {
        if (encoded.length != encodedBytes(encoding, values))
            throw new IllegalArgumentException(encoding + " of " + values + " values must have "
                    + encodedBytes(encoding, values) + " bytes: " + encoded.length);
        var in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        float[] update = new float[values];
        switch (encoding) {
            case F32 -> {
                for (int i = 0; i < values; i++) update[i] = in.getFloat();
            }
            case INT8 -> {
                for (int start = 0; start < values; start += BLOCK) {
                    float scale = in.getFloat();
                    for (int i = start; i < Math.min(start + BLOCK, values); i++) update[i] = scale * in.get();
                }
            }
        }
        return update;
    }
}
