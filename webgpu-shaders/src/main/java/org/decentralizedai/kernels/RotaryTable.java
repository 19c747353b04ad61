package org.decentralizedai.kernels;

/**
 * Cosines and sines of rotary positions, computed once on the host: WGSL lets {@code cos} be wrong by 2^-11, so that
 * devices would disagree.
 */
public final class RotaryTable {
    private RotaryTable() {}

    /** (context, headDim): row t holds cos(t θ_i) for i < headDim/2, then sin(t θ_i), with θ_i = base^(-2i / headDim). */
    public static float[] values(int context, int headDim, double base) {
        int half = headDim / 2;
        float[] table = new float[context * headDim];
        for (int t = 0; t < context; t++)
            for (int i = 0; i < half; i++) {
                double angle = t * Math.pow(base, -2.0 * i / headDim);
                table[t * headDim + i] = (float) Math.cos(angle);
                table[t * headDim + half + i] = (float) Math.sin(angle);
            }
        return table;
    }
}
