package org.decentralizedai.store.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * How well something predicts held-out windows. Bits per byte are all nats over all predicted positions, divided by ln 2 and
 * by the bytes those positions stand for.
 *
 * @param nats mean over predicted tokens
 * @param natsStandardError of {@code nats}, over windows; NaN for a single window
 * @param bitsStandardError of {@code bitsPerByte}, over windows, linearised as a ratio of two sums
 */
public record Evaluation(
        double nats,
        double natsStandardError,
        double bitsPerByte,
        double bitsStandardError,
        int windows,
        long tokens,
        long bytes) {

    /** False when a weight or a loss is NaN or infinite. */
    public boolean finite() {
        return Double.isFinite(nats) && Double.isFinite(bitsPerByte);
    }

    /** Adds up windows of one length. Not thread-safe. */
    public static final class Tally {
        private record Window(double nats, int bytes) {}

        private final int tokensPerWindow;
        private final List<Window> windows = new ArrayList<>();

        public Tally(int tokensPerWindow) {
            this.tokensPerWindow = tokensPerWindow;
        }

        /** @param nats summed over the window */
        public void add(double nats, int bytes) {
            windows.add(new Window(nats, bytes));
        }

        public Evaluation evaluation() {
            if (windows.isEmpty()) throw new IllegalStateException("nothing was evaluated");
            double nats = windows.stream().mapToDouble(Window::nats).sum();
            long bytes = windows.stream().mapToLong(Window::bytes).sum();
            long tokens = (long) windows.size() * tokensPerWindow;
            double bits = nats / Math.log(2) / bytes;
            double perToken = nats / tokens;
            double natsError = deviation(w -> w.nats - perToken * tokensPerWindow) / tokens;
            double bitsError = deviation(w -> w.nats / Math.log(2) - bits * w.bytes) / bytes;
            return new Evaluation(perToken, natsError, bits, bitsError, windows.size(), tokens, bytes);
        }

        private interface Residual {
            double of(Window window);
        }

        /** Standard deviation of the sum of all residuals, whose mean is zero. */
        private double deviation(Residual residual) {
            double squares = 0;
            for (Window w : windows) squares += residual.of(w) * residual.of(w);
            double n = windows.size();
            return Math.sqrt(squares * n / (n - 1));
        }
    }
}
