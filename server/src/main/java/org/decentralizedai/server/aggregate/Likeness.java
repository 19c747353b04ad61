package org.decentralizedai.server.aggregate;

import java.util.Arrays;
import java.util.List;

/**
 * Who is like whom: cosines of all pairs that hold the same parameters. Pure. Memory and time grow with the square of the updates
 * of a slice, 8 bytes and {@link Sketch#COUNTS} products each.
 */
final class Likeness {
    /** Updates of a slice from which on the others say where most go: a liar among them must be in the minority. */
    static final int FEWEST = 4;

    private static final double DEVIATIONS = 8;
    private static final double LEAST = 0.3; // above the median of all pairs
    private static final double COPY = 0.95; // where there are too few pairs to say more

    private final List<Sketched> updates;
    private final double[] weights;
    private final double[][] cosines; // NaN where a pair holds different parameters
    private final double bound;

    Likeness(List<Sketched> updates, double[] weights) {
        this.updates = updates;
        this.weights = weights;
        int count = updates.size();
        cosines = new double[count][count];
        double[] pairs = new double[count * (count - 1) / 2];
        double[] products = new double[pairs.length];
        int pair = 0;
        for (int i = 0; i < count; i++) {
            cosines[i][i] = Double.NaN;
            for (int j = 0; j < i; j++) {
                boolean comparable = updates.get(i).comparable(updates.get(j));
                cosines[i][j] = cosines[j][i] = comparable ? updates.get(i).like(updates.get(j)) : Double.NaN;
                pairs[pair] = comparable ? cosines[i][j] : 0;
                products[pair++] = comparable ? weights[i] * weights[j] : 0;
            }
        }
        bound = bound(pairs, products);
    }

    private static double bound(double[] pairs, double[] products) {
        if (Arrays.stream(products).filter(product -> product > 0).count() < FEWEST) return COPY;
        var spread = Spread.of(pairs, products);
        double median = spread.median();
        return Math.min((3 + median) / 4, median + Math.max(DEVIATIONS * spread.deviation(), LEAST));
    }

    /** Of update {@code i} with those others that hold the same parameters, their median; NaN where they are too few. */
    double toOthers(int i) {
        int count = 0;
        double[] values = new double[updates.size()], others = new double[updates.size()];
        for (int j = 0; j < values.length; j++) {
            if (Double.isNaN(cosines[i][j]) || weights[j] == 0) continue;
            values[count] = cosines[i][j];
            others[count++] = weights[j];
        }
        return count + 1 < FEWEST ? Double.NaN : Spread.median(values, others);
    }

    /** Whether two are so alike that they can't come of different data. */
    boolean alike(int i, int j) {
        return cosines[i][j] > bound;
    }

    /** The same of an update and one of another round. */
    boolean alike(int i, Sketched other) {
        return updates.get(i).comparable(other) && updates.get(i).like(other) > bound;
    }

    /**
     * How many updates are in the group of each: those that are alike, and those alike to these. 1 for most, and for a group of
     * more than half: then the others are the odd ones.
     */
    int[] groups() {
        int[] group = new int[updates.size()], sizes = new int[updates.size()];
        for (int i = 0; i < group.length; i++) group[i] = i;
        for (int i = 0; i < group.length; i++)
            for (int j = 0; j < i; j++)
                if (alike(i, j) && group[i] != group[j]) {
                    int from = group[i], to = group[j];
                    for (int k = 0; k <= i; k++) if (group[k] == from) group[k] = to;
                }
        for (int i : group) sizes[i]++;
        int[] of = new int[group.length];
        for (int i = 0; i < of.length; i++) of[i] = 2 * sizes[group[i]] > comparable(i) ? 1 : sizes[group[i]];
        return of;
    }

    private long comparable(int i) {
        return 1
                + Arrays.stream(cosines[i])
                        .filter(cosine -> !Double.isNaN(cosine))
                        .count();
    }
}
