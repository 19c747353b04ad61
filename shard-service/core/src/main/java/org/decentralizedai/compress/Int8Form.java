package org.decentralizedai.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.decentralizedai.kernels.BlockCode;

/** Blocks of signed bytes, each with the scale that brings its greatest magnitude to 127. */
record Int8Form() implements Form {
    /** Values that share a scale. */
    static final int BLOCK = BlockCode.INT8.block();

    @Override
    public int minBytes(int values) {
        return BlockCode.INT8.bytes(values);
    }

    @Override
    public int maxBytes(int values) {
        return BlockCode.INT8.bytes(values);
    }

    @Override
    public byte[] encode(float[] update) {
        return BlockCode.INT8.encode(update);
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
