package org.decentralizedai.compress;

/**
 * Finds the k greatest magnitudes of a chunk in linear time (Hoare's FIND, CACM 4, 1961), ties to the lower position. Works on
 * the bit patterns, whose order as integers is that of the magnitudes and has a place for NaN: above infinity.
 */
final class Selection {
    private static final int MAGNITUDE = 0x7fffffff;

    private final int[] work = new int[TopForm.CHUNK];

    /** Writes the places of the {@code k} greatest of {@code update[start, start + length)} to {@code places}, ascending. */
    void select(int[] places, float[] update, int start, int length, int k) {
        for (int i = 0; i < length; i++) work[i] = magnitude(update[start + i]);
        int threshold = kthGreatest(length, k);
        int ties = k;
        for (int i = 0; i < length; i++) if (work[i] > threshold) ties--;
        int found = 0;
        for (int i = start; found < k; i++) {
            int magnitude = magnitude(update[i]);
            if (magnitude > threshold || magnitude == threshold && ties-- > 0) places[found++] = i;
        }
    }

    private static int magnitude(float value) {
        return Float.floatToRawIntBits(value) & MAGNITUDE;
    }

    /** Permutes the first {@code length} of {@code work}. */
    private int kthGreatest(int length, int k) {
        int target = length - k, low = 0, high = length - 1;
        while (low < high) {
            int pivot = median(work[low], work[low + high >>> 1], work[high]);
            int i = low, j = high;
            while (i <= j) {
                while (work[i] < pivot) i++;
                while (work[j] > pivot) j--;
                if (i > j) break;
                int swapped = work[i];
                work[i++] = work[j];
                work[j--] = swapped;
            }
            if (target <= j) high = j;
            else if (target >= i) low = i;
            else break; // between them all equal the pivot
        }
        return work[target];
    }

    private static int median(int a, int b, int c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
