package org.decentralizedai.store.evaluation;

/** Some disjoint windows of the held-out tokens: {@code context} inputs, each followed by its target. Immutable. */
public final class HeldOutWindows {
    HeldOutWindows() {}

    public int count() {
        throw new UnsupportedOperationException();
    }

    public int context() {
        throw new UnsupportedOperationException();
    }

    /** @param position 0 .. context: position i is predicted from those before it */
    public int token(int window, int position) {
        throw new UnsupportedOperationException();
    }

    /** Bytes that the predicted positions 1 .. context stand for. */
    public int bytes(int window) {
        throw new UnsupportedOperationException();
    }
}
