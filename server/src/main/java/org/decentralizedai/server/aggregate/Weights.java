package org.decentralizedai.server.aggregate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import org.decentralizedai.server.state.LoggedUpdate;

/** What updates count for before they are looked at: tokens · age, new accounts together no more than a quarter. Pure. */
public final class Weights {
    /** Of the whole weight, for all unproven accounts together where there are proven ones; so many keys cost nothing. */
    static final double UNPROVEN = 0.25;

    /**
     * Of the account in the middle of the work, for which an account has votes at least if it has done as much: where that is more than
     * the one in the middle of the accounts has done, there are many that have done next to nothing.
     */
    static final double OF_WORK = 0.25;

    /** Rounds after which a late update counts for nothing. */
    public static final int OLDEST = 4;

    private Weights() {}

    /**
     * @param weights in the mean, in the order of the updates
     * @param votes what each says to the medians: an account no more than the one in the middle, so that who is fast, or was there
     *     first and did most of a round, does not say by that what is usual; or than a quarter of that which half of the work is of at
     *     most, so that many accounts of tiny tasks do not either
     */
    record OfRound(double[] weights, double[] votes) {}

    /** @param round that is closed */
    static OfRound of(List<LoggedUpdate> updates, int round, Standing standing) {
        int count = updates.size();
        double[] weights = new double[count];
        var senders = new String[count];
        boolean[] proven = new boolean[count];
        for (int i = 0; i < count; i++) {
            var update = updates.get(i);
            weights[i] = update.tokens() * age(round - update.round());
            senders[i] = update.worker();
            proven[i] = standing.proven(update);
        }
        return new OfRound(quartered(weights, proven), quartered(perAccount(weights, senders), proven));
    }

    private static double[] perAccount(double[] weights, String[] senders) {
        var accounts = new HashMap<String, Double>();
        for (int i = 0; i < weights.length; i++) accounts.merge(senders[i], weights[i], Double::sum);
        double[] sums = accounts.values().stream().mapToDouble(sum -> sum).toArray();
        double middle = Math.max(Spread.lowerMedian(sums, ones(sums.length)), OF_WORK * Spread.lowerMedian(sums, sums));
        double[] votes = weights.clone();
        for (int i = 0; i < votes.length; i++) {
            double sum = accounts.getOrDefault(senders[i], 0.0);
            if (sum > middle) votes[i] *= middle / sum;
        }
        return votes;
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static double[] quartered(double[] weights, boolean[] proven) {
        double old = 0, young = 0;
        for (int i = 0; i < weights.length; i++)
            if (proven[i]) old += weights[i];
            else young += weights[i];
        double most = old * UNPROVEN / (1 - UNPROVEN);
        double[] capped = weights.clone();
        if (old > 0 && young > most) for (int i = 0; i < capped.length; i++) if (!proven[i]) capped[i] *= most / young;
        return capped;
    }

    /** s(τ) = e^(−τ/2) (1 + cos(π τ / 4)) / 2 for τ rounds of delay: 1, 0.52, 0.18, 0.03, 0. StrictMath: the same bits anywhere. */
    static double age(int rounds) {
        if (rounds < 0) throw new IllegalArgumentException("an update of a later round: " + rounds);
        if (rounds >= OLDEST) return 0;
        return StrictMath.exp(-0.5 * rounds) * (1 + StrictMath.cos(Math.PI * rounds / OLDEST)) / 2;
    }
}
