package org.decentralizedai.model;

/** SplitMix64 (Steele, Lea and Flood 2014): a small generator that gives the same numbers on every platform. */
public final class SplitMix64 {
    private long state;

    public SplitMix64(long seed) {
        state = seed;
    }

    public long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [0, bound); the bias of at most bound / 2^53 is of no consequence here. */
    public int nextInt(int bound) {
        return (int) (nextDouble() * bound);
    }

    /** Standard normal by Box and Muller (1958). */
    public double nextNormal() {
        double radius = Math.sqrt(-2 * Math.log(1 - nextDouble()));
        return radius * Math.cos(2 * Math.PI * nextDouble());
    }
}
