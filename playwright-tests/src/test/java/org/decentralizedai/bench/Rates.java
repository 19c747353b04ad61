package org.decentralizedai.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each rival reached in each round, greater is better. Ours is the first. */
final class Rates {
    private final Map<String, double[]> byRival = new LinkedHashMap<>();
    private final int rounds;

    Rates(int rounds) {
        this.rounds = rounds;
    }

    /** @param round from 0 */
    void put(String rival, int round, double rate) {
        byRival.computeIfAbsent(rival, _ -> new double[rounds])[round] = rate;
    }

    /** Forgets a rival that failed. */
    void remove(String rival) {
        byRival.remove(rival);
    }

    List<Measured> measured() {
        var all = new ArrayList<Measured>();
        byRival.forEach((name, rates) -> all.add(Measured.of(name, rates)));
        return all;
    }

    /** Ours to the best of the peers in each round, whichever that is; null without peers. */
    @Nullable
    Measured ratio() {
        List<double[]> all = List.copyOf(byRival.values());
        if (all.size() < 2) return null;
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            int round = i;
            double best = all.subList(1, all.size()).stream()
                    .mapToDouble(rates -> rates[round])
                    .max()
                    .orElseThrow();
            ratios[i] = all.getFirst()[i] / best;
        }
        return Measured.of("ours / best peer", ratios);
    }
}
