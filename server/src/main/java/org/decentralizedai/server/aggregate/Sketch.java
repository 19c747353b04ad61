package org.decentralizedai.server.aggregate;

/**
 * Counts of an update's values under random signs (Charikar, Chen and Farach-Colton 2002). Cosines between sketches of one seed
 * are those of the updates with a standard error of about 1 / √{@link #COUNTS} = 1.6 %: who is like whom is seen without holding
 * the updates. Whoever knows the seed can hide likeness, so that it must come after the updates. Nothing is added once cosines are asked for.
 */
final class Sketch {
    static final int COUNTS = 4096; // a power of two; 32 kB an update

    private final long seed;
    private final double[] counts = new double[COUNTS];
    private double norm = Double.NaN; // until it is asked for

    Sketch(long seed) {
        this.seed = seed;
    }

    void add(int parameter, float value) {
        long mixed = mix(seed + parameter);
        counts[(int) mixed & COUNTS - 1] += mixed < 0 ? -value : value;
    }

    /** As SplitMix64 mixes (Steele, Lea and Flood 2014). */
    static long mix(long z) {
        z *= 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Cosine; 0 when either is zero. */
    double like(Sketch other) {
        double norms = norm() * other.norm();
        return norms == 0 ? 0 : dot(other) / norms;
    }

    private double norm() {
        if (Double.isNaN(norm)) norm = Math.sqrt(dot(this));
        return norm;
    }

    private double dot(Sketch other) {
        double sum = 0;
        for (int i = 0; i < COUNTS; i++) sum += counts[i] * other.counts[i];
        return sum;
    }
}
