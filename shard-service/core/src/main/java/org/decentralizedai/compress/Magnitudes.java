package org.decentralizedai.compress;

import org.decentralizedai.kernels.Brain16;

/**
 * The values that the codes of one chunk stand for: a sign and one of 2 or 8 magnitudes, which follow from two numbers per
 * chunk. With t the greatest magnitude code, magnitude m is low + (high - low) * m * (m + t) / 2t²: steps that grow with the magnitude,
 * because what exceeds a threshold thins out quickly.
 *
 * <p>Two bits: low and high are the means of the smaller and the greater magnitudes (Lloyd 1957). Measured on the 64 greatest of 4096 of an
 * update of 30 AdamW steps (tiny), relative to the norm of what is kept: 0.061 for these 4 bytes per chunk; 0.104 for the four bins
 * over ±3 deviations with their means that SparseLoCo uses, at 8 bytes per chunk, and 0.39 with one such table for the whole update;
 * 0.060 for the four best signed levels, at 8 bytes. Four bits: low and high are the least and the greatest magnitude,
 * 0.017; even steps give 0.020, eight free means 0.021 (a local optimum) at 16 bytes, a plain scale -7..7 0.054.
 */
final class Magnitudes {
    private static final int ROUNDS = 8; // of Lloyd's iteration; more change nothing that can be seen

    private final int signBit;
    private final float[] values; // by code
    private int lowBits, highBits;

    Magnitudes(int bits) {
        signBit = 1 << bits - 1;
        values = new float[2 * signBit];
    }

    int lowBits() {
        return lowBits;
    }

    int highBits() {
        return highBits;
    }

    float value(int code) {
        return values[code];
    }

    /** @throws IllegalArgumentException unless 0 <= low <= high, where NaN passes for the caller to see */
    void set(int lowBits, int highBits) {
        this.lowBits = lowBits;
        this.highBits = highBits;
        double low = Brain16.value(lowBits), high = Brain16.value(highBits);
        if (low < 0 || high < low)
            throw new IllegalArgumentException("magnitudes must be in 0 <= low <= high: " + low + ", " + high);
        int top = signBit - 1;
        for (int m = 0; m <= top; m++) {
            values[m] = (float) (low + (high - low) * (m * (m + top)) / (2 * top * top));
            values[m | signBit] = -values[m];
        }
    }

    /** Sets the two numbers so that these values come out well. */
    void fit(float[] kept, int count) {
        double least = Double.POSITIVE_INFINITY, greatest = 0;
        for (int i = 0; i < count; i++) {
            double magnitude = Math.abs((double) kept[i]);
            least = Math.min(least, magnitude);
            greatest = Math.max(greatest, magnitude);
        }
        if (signBit == 2 && greatest < Double.POSITIVE_INFINITY) fitMeans(kept, count, least, greatest);
        else set(Brain16.bits(least), Brain16.bits(greatest));
    }

    private void fitMeans(float[] kept, int count, double least, double greatest) {
        double low = least, high = greatest;
        for (int round = 0; round < ROUNDS; round++) {
            double lowSum = 0, highSum = 0, edge = (low + high) / 2;
            int lower = 0;
            for (int i = 0; i < count; i++) {
                double magnitude = Math.abs((double) kept[i]);
                if (magnitude <= edge) {
                    lowSum += magnitude;
                    lower++;
                } else highSum += magnitude;
            }
            low = lower == 0 ? low : lowSum / lower;
            high = lower == count ? low : highSum / (count - lower);
        }
        set(Brain16.bits(low), Brain16.bits(high));
    }

    /** Code of the nearest value with the same sign; of two equally near ones the smaller. */
    int code(float value) {
        double magnitude = Math.abs((double) value);
        int m = 0;
        while (m < signBit - 1 && magnitude > ((double) values[m] + values[m + 1]) / 2) m++;
        return value < 0 ? m | signBit : m;
    }
}
