package org.decentralizedai.compress;

import org.decentralizedai.kernels.Brain16;

/**
 * AdamW's second moment as it is published for all workers: bf16, two little-endian bytes a parameter, in layout order. Eight
 * significant bits are more than its estimate is worth.
 */
public final class PublishedMoment {
    private PublishedMoment() {}

    /** @param moment finite, none below zero */
    public static byte[] encode(float[] moment) {
        byte[] coded = new byte[Brain16.BYTES * moment.length];
        for (int i = 0; i < moment.length; i++) {
            int bits = Brain16.bits(moment[i]);
            coded[2 * i] = (byte) bits;
            coded[2 * i + 1] = (byte) (bits >> 8);
        }
        return coded;
    }

    /**
     * As packed little-endian f32 values: what a device takes.
     *
     * @throws IllegalArgumentException when it is not the moment of so many parameters
     */
    public static byte[] packed(byte[] coded, int parameters) {
        if (coded.length != Brain16.BYTES * parameters)
            throw new IllegalArgumentException(
                    "a second moment of " + parameters + " parameters has " + coded.length + " bytes");
        byte[] packed = new byte[Float.BYTES * parameters];
        for (int i = 0; i < parameters; i++) {
            requireMoment(value(coded, i));
            packed[4 * i + 2] = coded[2 * i]; // a bf16 is the upper half of a f32
            packed[4 * i + 3] = coded[2 * i + 1];
        }
        return packed;
    }

    private static void requireMoment(float value) {
        if (!(value >= 0) || value == Float.POSITIVE_INFINITY)
            throw new IllegalArgumentException("a second moment is " + value);
    }

    /** Of parameter {@code i}. */
    public static float value(byte[] coded, int i) {
        return Brain16.value(coded[2 * i] & 255 | (coded[2 * i + 1] & 255) << 8);
    }
}
