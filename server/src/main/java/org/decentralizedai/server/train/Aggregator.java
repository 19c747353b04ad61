package org.decentralizedai.server.train;

import java.util.TreeMap;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.server.state.LoggedUpdate;

/**
 * The mean of a round's updates, weighted by tokens; each parameter's over those updates whose slice holds it, and zero where
 * none does. Updates must be added in the order of their tasks: sums are in double precision but rounding still depends on the
 * order, and a round that is summed again after a crash must give the same bytes.
 */
final class Aggregator {
    private final double[] sum;
    /** For each number of parts the tokens behind each part; more than one number only where the recipe changed in mid-round. */
    private final TreeMap<Integer, long[]> tokensByPart = new TreeMap<>();

    private long tokens;
    private double firstLosses;
    private double lastLosses;
    private int updates;

    Aggregator(int parameters) {
        sum = new double[parameters];
    }

    /** @throws IllegalArgumentException when it is malformed; nothing was added then */
    void add(LoggedUpdate update) {
        Slice slice = update.slice();
        int tokens = update.tokens();
        UpdateCodec.decodeAdd(update.encoding(), update.encoded().array(), slice, tokens, sum);
        tokensByPart.computeIfAbsent(slice.parts(), long[]::new)[slice.part()] += tokens;
        this.tokens += tokens;
        firstLosses += tokens * update.firstLoss();
        lastLosses += tokens * update.lastLoss();
        updates++;
    }

    float[] mean() {
        if (tokens == 0) throw new IllegalStateException("no update was added");
        float[] mean = new float[sum.length];
        for (int i = 0; i < sum.length; i++) {
            long behind = 0;
            for (long[] parts : tokensByPart.values()) behind += parts[i % parts.length];
            mean[i] = behind == 0 ? 0 : (float) (sum[i] / behind);
        }
        return mean;
    }

    /** Factor of an update that was added, in the mean; where a round has several numbers of parts, that among its own. */
    double share(LoggedUpdate update) {
        long[] behind = tokensByPart.get(update.slice().parts());
        if (behind == null) throw new IllegalArgumentException("not added: " + update.lease());
        return (double) update.tokens() / behind[update.slice().part()];
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
