package org.decentralizedai.worker;

/** The visitor's slider: which share of the time is spent computing. Thread-safe. */
public final class Power {
    public static final double LEAST = 0.05;

    private volatile double share;

    public Power(double share) {
        set(share);
    }

    /** Values outside {@link #LEAST}..1 are brought inside. */
    public void set(double share) {
        this.share = share >= LEAST ? Math.min(share, 1) : LEAST; // NaN becomes the least
    }

    public double share() {
        return share;
    }

    /** Milliseconds to rest after computing for so long. */
    public double restAfter(double millis) {
        double p = share;
        return millis * (1 - p) / p;
    }
}
