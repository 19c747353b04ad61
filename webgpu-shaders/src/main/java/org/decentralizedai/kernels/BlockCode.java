package org.decentralizedai.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Numbers as bytes, in blocks that share a scale: what a device writes of its values so that fewer bytes leave it. The package of
 * the update codec shows the bytes.
 *
 * <p>Each code can be computed in 32-bit integers, as encode.wgsl does: a device may flush small numbers to zero and divide with an error,
 * and has no doubles. For INT8 and INT4 doubles come to the same: a scale is the f32 (bf16 of the f32) nearest to a
 * quotient by 127 or -8, and ⌊x / scale + 1/2⌋ of two f32 is never so near to the next integer that the double's rounding could reach it.
 * A sum of doubles can't be had by integers; SIGN therefore has a sum of its own, see {@link #SIGN}.
 */
public enum BlockCode {
    /** Signed bytes, each block with the f32 scale that brings its greatest magnitude to 127. */
    INT8(256, 8, Float.BYTES) {
        @Override
        void encode(ByteBuffer out, float[] values, int start, int end) {
            double max = 0;
            for (int i = start; i < end; i++) max = Math.max(max, Math.abs((double) values[i]));
            int at = out.position();
            out.putInt(Float.floatToIntBits((float) (max / 127))); // there is one NaN only
            double scale = out.getFloat(at); // rounded to f32 on every platform
            for (int i = start; i < end; i++) out.put((byte) code(values[i], scale, -127, 127));
        }
    },

    /** Four bits a number, -8 to 7; the bf16 scale makes -8 the value of greatest magnitude, the first where there are several. */
    INT4(64, 4, Brain16.BYTES) {
        @Override
        void encode(ByteBuffer out, float[] values, int start, int end) {
            double greatest = 0;
            for (int i = start; i < end; i++) // the first NaN stays: nothing is greater
            if (Math.abs((double) values[i]) > Math.abs(greatest) || Float.isNaN(values[i])) greatest = values[i];
            int bits = Brain16.bits(greatest / -8);
            double scale = Brain16.value(bits);
            out.putShort((short) bits);
            for (int i = start; i < end; i += 2) {
                int second = i + 1 < end ? code(values[i + 1], scale, -8, 7) : 0;
                out.put((byte) (code(values[i], scale, -8, 7) & 15 | second << 4));
            }
        }
    },

    /**
     * Signs, 1 for a negative one, with the mean magnitude as a bf16. Magnitudes are added up as multiples of 2⁻²¹ of the power of two in the
     * block's greatest one, cut, so that the sum is exact in 31 bits whatever its order; the mean is cut to such a multiple too. That is at
     * most 2⁻¹¹ of the mean below it, an eighth of what a bf16's own rounding may be.
     */
    SIGN(512, 1, Brain16.BYTES) {
        @Override
        void encode(ByteBuffer out, float[] values, int start, int end) {
            out.putShort((short) mean(values, start, end));
            for (int i = start; i < end; i += 8) {
                int bits = 0;
                for (int j = i; j < Math.min(i + 8, end); j++)
                    bits |= (Float.floatToRawIntBits(values[j]) >>> 31) << j - i;
                out.put((byte) bits);
            }
        }

        private static int mean(float[] values, int start, int end) {
            int greatest = 0; // magnitudes are in the order of their bits
            for (int i = start; i < end; i++) greatest = Math.max(greatest, magnitude(values[i]));
            if (greatest >= INFINITE) return Brain16.bits(Float.intBitsToFloat(greatest));
            int exponent = exponent(greatest), sum = 0;
            for (int i = start; i < end; i++) {
                int bits = magnitude(values[i]);
                sum += significand(bits) >>> Math.min(31, exponent - exponent(bits) + 2);
            }
            double power = Float.intBitsToFloat(exponent << 23);
            return Brain16.bits(sum / (end - start) * power * 0x1p-21);
        }
    };

    private static final int INFINITE = 0x7f800000;

    private final int block;
    private final int bits;
    private final int scaleBytes;

    /** @param bits of a value */
    BlockCode(int block, int bits, int scaleBytes) {
        this.block = block;
        this.bits = bits;
        this.scaleBytes = scaleBytes;
    }

    /** Values that share a scale; the last block of a code may have fewer. */
    public int block() {
        return block;
    }

    /** Bytes of so many values: of the blocks one after the other, the last rounded up. */
    public int bytes(int values) {
        long blocks = ((long) values + block - 1) / block;
        return Math.toIntExact(((long) values * bits + 7) / 8 + blocks * scaleBytes);
    }

    /** Elements of a tensor that holds the code of so many values. */
    public int words(int values) {
        return (int) (((long) bytes(values) + Integer.BYTES - 1) / Integer.BYTES);
    }

    public byte[] encode(float[] values) {
        var out = ByteBuffer.allocate(bytes(values.length)).order(ByteOrder.LITTLE_ENDIAN);
        for (int start = 0; start < values.length; start += block)
            encode(out, values, start, Math.min(start + block, values.length));
        return out.array();
    }

    /** Writes the block of the values {@code start .. end}. */
    abstract void encode(ByteBuffer out, float[] values, int start, int end);

    private static int code(float value, double scale, int least, int greatest) {
        double code = scale == 0 ? 0 : Math.floor(value / scale + 0.5);
        return (int) Math.max(least, Math.min(greatest, code)); // 0 for NaN
    }

    private static int magnitude(float value) {
        return Float.floatToRawIntBits(value) & 0x7fffffff;
    }

    /** The value of a magnitude's bits is significand * 2^(exponent - 150). */
    private static int exponent(int bits) {
        return Math.max(1, bits >>> 23);
    }

    private static int significand(int bits) {
        return bits < 1 << 23 ? bits : bits & (1 << 23) - 1 | 1 << 23;
    }
}
