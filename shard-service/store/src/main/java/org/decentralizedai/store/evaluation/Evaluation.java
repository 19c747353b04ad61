package org.decentralizedai.store.evaluation;

/**
 * How well something predicts held-out windows. Bits per byte are all nats over all predicted positions, divided by ln 2 and
 * by the bytes those positions stand for.
 *
 * @param natsStandardError of {@code nats}, over windows
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
}
