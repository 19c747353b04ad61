package org.decentralizedai.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.decentralizedai.kernels.BlockCode;
import org.decentralizedai.kernels.Brain16;

/**
 * One bit a value: its sign, with the mean magnitude of its block (Bernstein et al. 2018: signSGD; Seide et al. 2014). What a
 * single task finds out about a single weight is mostly noise; of normal noise a sign keeps 2/π of the information about the
 * mean over many tasks, so that a bit for each of many values is worth more than more bits for a few.
 */
record SignForm() implements Form {
    /** Values that share a scale: 1.03 bits each. */
    static final int BLOCK = BlockCode.SIGN.block();

    /** The signs of the eight values in a byte: eight bytes 1 or -1, the first the lowest. */
    private static final long[] SIGNS = signs();

    private static long[] signs() {
        long[] signs = new long[256];
        for (int bits = 0; bits < 256; bits++)
            for (int j = 0; j < 8; j++) signs[bits] |= (1 - 2 * (bits >> j & 1) & 255L) << 8 * j;
        return signs;
    }

    @Override
    public int minBytes(int values) {
        return BlockCode.SIGN.bytes(values);
    }

    @Override
    public int maxBytes(int values) {
        return BlockCode.SIGN.bytes(values);
    }

    @Override
    public byte[] encode(float[] update) {
        return BlockCode.SIGN.encode(update);
    }

    @Override
    public void check(byte[] encoded, int values) {
        int padding = values % 8 == 0 ? 0 : (encoded[encoded.length - 1] & 255) >> values % 8;
        if (padding != 0) throw new IllegalArgumentException("padding bits must be zero: " + padding);
    }

    @Override
    public void decode(byte[] encoded, int values, UpdateSink sink) {
        check(encoded, values);
        var in = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        var eights = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        byte[] signs = eights.array(); // a loop over bytes can be vectorised, one over bits cannot
        float[] block = new float[BLOCK];
        for (int start = 0, count; start < values; start += count) {
            count = Math.min(BLOCK, values - start);
            float scale = Brain16.value(in.getShort());
            for (int i = 0; i < count; i += 8) // signs too many fit the block, whose length is a multiple of eight
            eights.putLong(i, SIGNS[in.get() & 255]);
            for (int i = 0; i < count; i++) block[i] = scale * signs[i];
            sink.run(start, block, count);
        }
    }
}
