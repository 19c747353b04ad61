package org.decentralizedai.server.aggregate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The middle of weighted numbers and how far most lie from it: whatever less than half of the weight says, both stay near what
 * the rest says. Pure.
 *
 * @param deviation 1.4826 times the median distance from the median: a standard deviation where numbers are normal
 */
record Spread(double median, double deviation) {
    private static final double NORMAL = 1.4826;
    private static final double HALVES = 1e-9; // as exact as sums of parts of weights are

    /** Zeros of no weight at all. */
    static Spread of(double[] values, double[] weights) {
        double median = median(values, weights);
        double[] distances =
                Arrays.stream(values).map(value -> Math.abs(value - median)).toArray();
        return new Spread(median, NORMAL * median(distances, weights));
    }

    /** Between both of the middle where the weight is halved exactly. */
    static double median(double[] values, double[] weights) {
        return median(values, weights, false);
    }

    /** The smaller of both of the middle where the weight is halved exactly: half of it cannot raise it. */
    static double lowerMedian(double[] values, double[] weights) {
        return median(values, weights, true);
    }

    private static double median(double[] values, double[] weights, boolean lower) {
        int[] order = IntStream.range(0, values.length)
                .filter(i -> weights[i] > 0)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i]))
                .mapToInt(i -> i)
                .toArray();
        double whole = 0, below = 0;
        for (int i : order) whole += weights[i];
        for (int at = 0; at < order.length; at++) {
            below += weights[order[at]];
            if (2 * below > whole + HALVES * whole) return values[order[at]];
            if (2 * below >= whole - HALVES * whole && at + 1 < order.length)
                return lower ? values[order[at]] : (values[order[at]] + values[order[at + 1]]) / 2;
        }
        return order.length == 0 ? 0 : values[order[order.length - 1]];
    }

    /** Farther from the median than {@code deviations} and than {@code least}. */
    boolean outside(double value, double deviations, double least) {
        return Math.abs(value - median) > Math.max(deviations * deviation, least);
    }
}
