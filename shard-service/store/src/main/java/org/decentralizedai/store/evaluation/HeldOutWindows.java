package org.decentralizedai.store.evaluation;

/** Some disjoint windows of the held-out tokens: {@code context} inputs, each followed by its target. Immutable. */
public final class HeldOutWindows {
    private final HeldOut source;
    private final int context;
    private final int[] windows; // which of the source's windows, rising

    HeldOutWindows(HeldOut source, int context, int[] windows) {
        this.source = source;
        this.context = context;
        this.windows = windows;
    }

    public int count() {
        return windows.length;
    }

    public int context() {
        return context;
    }

    /** @param position 0 .. context: position i is predicted from those before it */
    public int token(int window, int position) {
        if (position < 0 || position > context)
            throw new IllegalArgumentException("position must be in 0.." + context + ": " + position);
        return source.token(start(window) + position);
    }

    /** Bytes that the predicted positions 1 .. context stand for. */
    public int bytes(int window) {
        int bytes = 0;
        for (int i = 1; i <= context; i++) bytes += source.bytes(start(window) + i);
        return bytes;
    }

    private int start(int window) {
        return windows[window] * context;
    }
}
