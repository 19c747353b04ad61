package org.decentralizedai.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Every value as it is. */
record Float32Form() implements Form {
    private static final int BLOCK = 256;

    @Override
    public int minBytes(int values) {
        return maxBytes(values);
    }

    @Override
    public int maxBytes(int values) {
        return Math.multiplyExact(Float.BYTES, values);
    }

    @Override
    public byte[] encode(float[] update) {
        var out = ByteBuffer.allocate(maxBytes(update.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : update) out.putFloat(value);
        return out.array();
    }

    @Override
    public void check(byte[] encoded, int values) {} // any bytes are an update

    @Override
    public void decode(byte[] encoded, int values, UpdateSink sink) {
        var in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] block = new float[BLOCK];
        for (int start = 0, count; start < values; start += count) {
            count = Math.min(BLOCK, values - start);
            in.get(block, 0, count);
            sink.run(start, block, count);
        }
    }
}
