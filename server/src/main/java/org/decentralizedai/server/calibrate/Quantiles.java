package org.decentralizedai.server.calibrate;

import java.util.Collection;

/** Sorted numbers, asked for their quantiles. */
final class Quantiles {
    private final double[] sorted;

    Quantiles(Collection<Double> values) {
        if (values.isEmpty()) throw new IllegalArgumentException("there must be a value");
        sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    /** The least value that at least {@code share} of them do not exceed. */
    double at(double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.clamp(rank - 1, 0, sorted.length - 1)];
    }

    double least() {
        return sorted[0];
    }

    double greatest() {
        return sorted[sorted.length - 1];
    }

    /** Share of them that are at most {@code limit}. */
    double share(double limit) {
        int count = 0;
        while (count < sorted.length && sorted[count] <= limit) count++;
        return (double) count / sorted.length;
    }

    int count() {
        return sorted.length;
    }
}
