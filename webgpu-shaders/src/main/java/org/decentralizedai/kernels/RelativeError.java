package org.decentralizedai.kernels;

/** How far results are from what they should be. */
public final class RelativeError {
    private RelativeError() {}

    /**
     * |actual - expected| / |expected| by L2 norms in double precision, or |actual - expected| where all that is expected is zero.
     * NaN if either has one.
     */
    public static double l2(float[] actual, float[] expected) {
        if (actual.length != expected.length)
            throw new IllegalArgumentException(
                    "must be as many values as expected: " + actual.length + " of " + expected.length);
        double error = 0, size = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = (double) actual[i] - expected[i];
            error += difference * difference;
            size += (double) expected[i] * expected[i];
        }
        return size == 0 ? Math.sqrt(error) : Math.sqrt(error / size);
    }
}
