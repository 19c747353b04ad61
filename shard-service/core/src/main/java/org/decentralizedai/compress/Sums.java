package org.decentralizedai.compress;

/** Where decoded values go. */
final class Sums {
    private Sums() {}

    /** Into an array of zeros. */
    record Store(float[] update) implements UpdateSink {
        @Override
        public void run(int first, float[] values, int count) {
            System.arraycopy(values, 0, update, first, count);
        }

        @Override
        public void scattered(int[] places, float[] values, int count) {
            for (int i = 0; i < count; i++) update[places[i]] = values[i];
        }
    }

    /** sum += weight * value. */
    record Floats(double weight, float[] sum) implements UpdateSink {
        @Override
        public void run(int first, float[] values, int count) {
            for (int i = 0; i < count; i++) sum[first + i] = (float) (sum[first + i] + weight * values[i]);
        }

        @Override
        public void scattered(int[] places, float[] values, int count) {
            for (int i = 0; i < count; i++) sum[places[i]] = (float) (sum[places[i]] + weight * values[i]);
        }
    }

    /** sum += weight * value. */
    record Doubles(double weight, double[] sum) implements UpdateSink {
        @Override
        public void run(int first, float[] values, int count) {
            for (int i = 0; i < count; i++) sum[first + i] += weight * values[i];
        }

        @Override
        public void scattered(int[] places, float[] values, int count) {
            for (int i = 0; i < count; i++) sum[places[i]] += weight * values[i];
        }
    }
}
