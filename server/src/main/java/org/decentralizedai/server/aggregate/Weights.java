package org.decentralizedai.server.aggregate;

import java.util.List;
import org.decentralizedai.server.state.LoggedUpdate;

/** What updates count for before they are looked at: tokens · age, new accounts together no more than a quarter. Pure. */
public final class Weights {
    /** Of the whole weight, for all unproven accounts together where {@link #ENOUGH} updates are of proven ones; so many keys cost nothing. */
    static final double UNPROVEN = 0.25;

    /** Updates that may fill the rest: fewer would each be more than a quarter of the round. */
    static final int ENOUGH = 3;

    /** Rounds after which a late update counts for nothing. */
    public static final int OLDEST = 4;

    private Weights() {}

    /** In the order of the updates. @param round that is closed */
    static double[] of(List<LoggedUpdate> updates, int round, Standing standing) {
        double[] weights = new double[updates.size()];
        double proven = 0, unproven = 0;
        int ofProven = 0;
        for (int i = 0; i < weights.length; i++) {
            var update = updates.get(i);
            weights[i] = update.tokens() * age(round - update.round());
            if (standing.proven(update)) {
                proven += weights[i];
                ofProven++;
            } else unproven += weights[i];
        }
        double most = proven * UNPROVEN / (1 - UNPROVEN);
        if (ofProven >= ENOUGH && unproven > most)
            for (int i = 0; i < weights.length; i++)
                if (!standing.proven(updates.get(i))) weights[i] *= most / unproven;
        return weights;
    }

    /** s(τ) = e^(−τ/2) (1 + cos(π τ / 4)) / 2 for τ rounds of delay: 1, 0.52, 0.18, 0.03, 0. StrictMath: the same bits anywhere. */
    static double age(int rounds) {
        if (rounds < 0) throw new IllegalArgumentException("an update of a later round: " + rounds);
        if (rounds >= OLDEST) return 0;
        return StrictMath.exp(-0.5 * rounds) * (1 + StrictMath.cos(Math.PI * rounds / OLDEST)) / 2;
    }
}
