package org.decentralizedai.model;

/**
 * The order in which a shard's windows are trained on: a permutation given by a seed, so that a
 * task names (seed, first rank, count) and no two tasks of one pass share a window.
 */
public final class WindowOrder {
    private final int[] windows;

    /** A Fisher-Yates shuffle of {@code count} windows. */
    public WindowOrder(long seed, int count) {
        windows = new int[count];
        var random = new SplitMix64(seed);
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            windows[i] = windows[j];
            windows[j] = i;
        }
    }

    /** Which window is trained on as number {@code rank}. */
    public int window(int rank) {
        return windows[rank];
    }

    /** Windows of {@code context} inputs, each followed by its target, that {@code tokens} tokens hold without overlap. */
    public static int count(int tokens, int context) {
        return Math.max(0, (tokens - 1) / context);
    }
}
