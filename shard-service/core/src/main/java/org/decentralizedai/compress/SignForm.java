package org.decentralizedai.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One bit a value: its sign, with the mean magnitude of its block (Bernstein et al. 2018: signSGD; Seide et al. 2014). What a
 * single task finds out about a single weight is mostly noise; of normal noise a sign keeps 2/π of the information about the
 * mean over many tasks, so that a bit for each of many values is worth more than more bits for a few.
 */
record SignForm() implements Form {
    /** Values that share a scale: 1.03 bits each. */
    static final int BLOCK = 512;

    @Override
    public int minBytes(int values) {
        return maxBytes(values);
    }

    @Override
    public int maxBytes(int values) {
        int blocks = values / BLOCK + (values % BLOCK == 0 ? 0 : 1);
        return values / 8 + (values % 8 == 0 ? 0 : 1) + Brain16.BYTES * blocks;
    }

    @Override
    public byte[] encode(float[] update) {
        var out = ByteBuffer.allocate(maxBytes(update.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < update.length; start += BLOCK) {
            int end = Math.min(start + BLOCK, update.length);
            double sum = 0;
            for (int i = start; i < end; i++) sum += Math.abs((double) update[i]);
            out.putShort((short) Brain16.bits(sum / (end - start)));
            for (int i = start; i < end; i += 8) out.put((byte) signs(update, i, Math.min(i + 8, end)));
        }
        return out.array();
    }

    private static int signs(float[] update, int from, int to) {
        int bits = 0;
        for (int i = from; i < to; i++) bits |= (Float.floatToRawIntBits(update[i]) >>> 31) << i - from;
        return bits;
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
        float[] block = new float[BLOCK];
        for (int start = 0, count; start < values; start += count) {
            count = Math.min(BLOCK, values - start);
            int scale = in.getShort() << 16;
            for (int i = 0; i < count; i += 8) { // values too many fit the block, whose length is a multiple of eight
                int bits = in.get();
                for (int j = 0; j < 8; j++) block[i + j] = Float.intBitsToFloat(scale ^ (bits >>> j & 1) << 31);
            }
            sink.run(start, block, count);
        }
    }
}
