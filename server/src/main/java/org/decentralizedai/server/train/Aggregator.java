package org.decentralizedai.server.train;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.TreeMap;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.server.aggregate.Share;
import org.decentralizedai.server.state.LoggedUpdate;
import org.jspecify.annotations.Nullable;

/**
 * The mean of a round's updates, by their {@link Share}s; each parameter's over those updates whose slice holds it, and zero where
 * none does. Updates must be added in the order of their tasks: sums are in double precision but rounding still depends on the
 * order, and a round that is summed again after a crash must give the same bytes.
 */
final class Aggregator {
    private final double[] sum;
    /** By the number of parts, of which there is more than one only where late updates are of an earlier recipe. */
    private final TreeMap<Integer, Parts> parts = new TreeMap<>();

    private long tokens;
    private double firstLosses;
    private double lastLosses;
    private int updates;

    /** For each part what its updates weigh together, and what of that the centre gets. */
    private record Parts(double[] weight, double[] pull) {
        Parts(int count) {
            this(new double[count], new double[count]);
        }
    }

    Aggregator(int parameters) {
        sum = new double[parameters];
    }

    /** @throws IllegalArgumentException when it is malformed; nothing was added then */
    void add(LoggedUpdate update, Share share) {
        Slice slice = update.slice();
        int tokens = update.tokens();
        double factor = share.weight() * share.scale() * (1 - share.pull());
        UpdateCodec.decodeAdd(update.encoding(), update.encoded().array(), slice, factor, sum);
        var part = parts.computeIfAbsent(slice.parts(), Parts::new);
        part.weight()[slice.part()] += share.weight();
        part.pull()[slice.part()] += share.weight() * share.pull();
        this.tokens += tokens;
        firstLosses += tokens * update.firstLoss();
        lastLosses += tokens * update.lastLoss();
        updates++;
    }

    /** @param last step; null when no share is pulled anywhere. @param centre by which it is multiplied to be where shares are pulled */
    float[] mean(float @Nullable [] last, double centre) {
        if (updates == 0) throw new IllegalStateException("no update was added");
        float[] mean = new float[sum.length];
        var together = together();
        int period = together.weight().length;
        for (int i = 0, place = 0; i < sum.length; i++) {
            double weight = together.weight()[place];
            double pulled = last == null ? sum[i] : sum[i] + together.pull()[place] * centre * last[i];
            mean[i] = weight == 0 ? 0 : (float) (pulled / weight);
            if (++place == period) place = 0;
        }
        return mean;
    }

    /** Of all numbers of parts, for as many parameters as it takes until all begin anew. */
    private Parts together() {
        long multiple = 1;
        for (long count : parts.keySet())
            multiple = Math.min(
                    sum.length, multiple / gcd(multiple, count) * count); // no further than there are parameters
        int period = (int) multiple;
        var together = new Parts(period);
        for (int i = 0; i < period; i++)
            for (var part : parts.values()) {
                together.weight()[i] += part.weight()[i % part.weight().length];
                together.pull()[i] += part.pull()[i % part.pull().length];
            }
        return together;
    }

    private static long gcd(long a, long b) {
        return BigInteger.valueOf(a).gcd(BigInteger.valueOf(b)).longValue();
    }

    /**
     * Of an update that was added with this share, in the mean. Where a round has several numbers of parts, updates of another number weigh
     * in a parameter what they do in the mean of all.
     */
    double factor(Slice slice, Share share) {
        var part = parts.get(slice.parts());
        if (part == null) throw new IllegalArgumentException("not added: " + slice);
        double together = part.weight()[slice.part()];
        for (var other : parts.values())
            if (other != part)
                together += Arrays.stream(other.weight()).average().orElseThrow();
        return together == 0 ? 0 : share.weight() * share.scale() * (1 - share.pull()) / together;
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
