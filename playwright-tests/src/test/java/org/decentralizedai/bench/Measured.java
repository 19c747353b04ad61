package org.decentralizedai.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/** Median and range of some rounds, in the unit of the line they stand in. */
record Measured(String name, double median, double min, double max, int n) {
    static Measured of(String name, double[] rounds) {
        if (rounds.length == 0) throw new IllegalArgumentException("no rounds of " + name);
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        return new Measured(name, rounded(median), rounded(sorted[0]), rounded(sorted[n - 1]), n);
    }

    /** To four significant digits: more would be noise. */
    static double rounded(double value) {
        return value == 0 || !Double.isFinite(value)
                ? value
                : new BigDecimal(value).round(new MathContext(4)).doubleValue();
    }
}
