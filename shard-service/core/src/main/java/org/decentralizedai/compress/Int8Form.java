package org.decentralizedai.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Blocks of signed bytes, each with the scale that brings its greatest magnitude to 127. */
record Int8Form() implements Form {
    /** Values that share a scale. */
    static final int BLOCK = 256;

    private static final int GREATEST = 127;

    @Override
    public int minBytes(int values) {
        return maxBytes(values);
    }

    @Override
    public int maxBytes(int values) {
        return Math.addExact(values, Math.multiplyExact(Float.BYTES, values / BLOCK + (values % BLOCK == 0 ? 0 : 1)));
    }

    @Override
    public byte[] encode(float[] update) {
        var out = ByteBuffer.allocate(maxBytes(update.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < update.length; start += BLOCK)
            encodeBlock(out, update, start, Math.min(start + BLOCK, update.length));
        return out.array();
    }

    private static void encodeBlock(ByteBuffer out, float[] update, int start, int end) {
        double max = 0;
        for (int i = start; i < end; i++) max = Math.max(max, Math.abs((double) update[i]));
        int at = out.position();
        out.putFloat((float) (max / GREATEST));
        double scale = out.getFloat(at); // rounded to f32 on every platform
        for (int i = start; i < end; i++) {
            double code = scale == 0 ? 0 : Math.floor(update[i] / scale + 0.5);
            out.put((byte) (int) Math.max(-GREATEST, Math.min(GREATEST, code)));
        }
    }

    @Override
    public void check(byte[] encoded, int values) {} // any bytes are an update

    @Override
    public void decode(byte[] encoded, int values, UpdateSink sink) {
        var in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        float[] block = new float[BLOCK];
        for (int start = 0, at = 0, count; start < values; start += count, at += count) {
            count = Math.min(BLOCK, values - start);
            float scale = in.getFloat(at);
            at += Float.BYTES;
            for (int i = 0; i < count; i++) block[i] = scale * encoded[at + i]; // can be vectorised
            sink.run(start, block, count);
        }
    }
}
