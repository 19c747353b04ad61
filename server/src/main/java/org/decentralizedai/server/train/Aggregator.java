package org.decentralizedai.server.train;

/**
 * The mean of a round's updates, weighted by tokens. Updates must be added in the order of their tasks: sums are in double
 * precision but rounding still depends on the order, and a round that is summed again after a crash must give the same bytes.
 */
final class Aggregator {
    private final double[] sum;
    private long tokens;
    private double firstLosses;
    private double lastLosses;
    private int updates;

    Aggregator(int parameters) {
        sum = new double[parameters];
    }

    void add(float[] update, int tokens, double firstLoss, double lastLoss) {
        if (update.length != sum.length)
            throw new IllegalArgumentException("update must have " + sum.length + " values: " + update.length);
        for (int i = 0; i < sum.length; i++) sum[i] += (double) tokens * update[i];
        this.tokens += tokens;
        firstLosses += tokens * firstLoss;
        lastLosses += tokens * lastLoss;
        updates++;
    }

    float[] mean() {
        if (tokens == 0) throw new IllegalStateException("no update was added");
        float[] mean = new float[sum.length];
        for (int i = 0; i < sum.length; i++) mean[i] = (float) (sum[i] / tokens);
        return mean;
    }

    long tokens() {
        return tokens;
    }

    int updates() {
        return updates;
    }

    /** Mean loss of the tasks' last steps, in nats per token. */
    double lastLoss() {
        return lastLosses / tokens;
    }

    /** Mean loss of the tasks' first steps: that of the checkpoint they started from. */
    double firstLoss() {
        return firstLosses / tokens;
    }
}
