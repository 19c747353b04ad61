package org.decentralizedai.worker.bench;

import java.util.Arrays;

/** Median and range of some rounds, in the unit of the line they stand in. */
record Measured(String name, double median, double min, double max, int n) {
    static Measured of(String name, double[] rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        return new Measured(
                name, rounded(median(sorted)), rounded(sorted[0]), rounded(sorted[sorted.length - 1]), rounds.length);
    }

    static double median(double[] sorted) {
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    /** To four significant digits: more would be noise. */
    static double rounded(double value) {
        return value == 0
                ? 0
                : new java.math.BigDecimal(value)
                        .round(new java.math.MathContext(4))
                        .doubleValue();
    }
}
