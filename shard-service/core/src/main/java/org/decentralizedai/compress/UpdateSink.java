package org.decentralizedai.compress;

/** Takes the values of an update as they are decoded, in ascending order. The arrays are used again for the next call. */
public interface UpdateSink {

    /** {@code values[i]} belongs to parameter {@code first + i}, for i below {@code count}. */
    void run(int first, float[] values, int count);

    /** {@code values[i]} belongs to parameter {@code places[i]}, for i below {@code count}; those between are zero. */
    void scattered(int[] places, float[] values, int count);
}
