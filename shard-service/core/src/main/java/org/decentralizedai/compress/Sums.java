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

    /** sum += weight * value, at the places of the slice. */
    record Doubles(double weight, Slice slice, double[] sum) implements UpdateSink {
        @Override
        public void run(int first, float[] values, int count) {
            int parts = slice.parts(), from = slice.part() + first * parts;
            if (parts == 1) for (int i = 0; i < count; i++) sum[from + i] += weight * values[i]; // can be vectorised
            else for (int i = 0; i < count; i++) sum[from + i * parts] += weight * values[i];
        }

        @Override
        public void scattered(int[] places, float[] values, int count) {
            int parts = slice.parts(), part = slice.part();
            for (int i = 0; i < count; i++) sum[part + places[i] * parts] += weight * values[i];
        }
    }
}
