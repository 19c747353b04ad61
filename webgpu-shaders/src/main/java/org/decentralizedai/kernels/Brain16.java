package org.decentralizedai.kernels;

/** bf16: the upper half of a f32, for scales; 8 significant bits over the whole range of a f32. */
public final class Brain16 {
    public static final int BYTES = 2;

    private static final int NOT_A_NUMBER = 0x7fc0, INFINITE = 0x7f80;

    private Brain16() {}

    /** To the nearest, ties to even; a finite value stays finite. */
    public static int bits(double value) {
        if (Double.isNaN(value)) return NOT_A_NUMBER;
        int wide = Float.floatToRawIntBits((float) value);
        int bits = wide + 0x7fff + (wide >>> 16 & 1) >>> 16;
        return (bits & 0x7fff) == INFINITE && !Double.isInfinite(value) ? bits - 1 : bits;
    }

    public static float value(int bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
