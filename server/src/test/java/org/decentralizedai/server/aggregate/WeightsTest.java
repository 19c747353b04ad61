package org.decentralizedai.server.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;

final class WeightsTest {
    private static LoggedUpdate update(int round, String worker, int tokens) {
        return new LoggedUpdate(
                round, new Lease(1, 1), worker, tokens, 3, 2, UpdateEncoding.F32, Slice.WHOLE, new Bytes(new byte[0]));
    }

    /** Workers whose name begins with "new" are unproven. */
    private static final Standing STANDING = update -> !update.worker().startsWith("new");

    @Test
    void of_provenAccounts_isTokensTimesAge() {
        double[] weights = Weights.of(List.of(update(5, "ab", 10), update(4, "a", 100)), 5, STANDING)
                .weights();
        assertThat(weights[0]).isEqualTo(10);
        assertThat(weights[1]).isCloseTo(100 * Math.exp(-0.5) * (1 + Math.cos(Math.PI / 4)) / 2, within(1e-9));
    }

    @Test
    void age_falls_toNothing() {
        assertThat(Weights.age(0)).isEqualTo(1);
        for (int rounds = 0; rounds < Weights.OLDEST; rounds++)
            assertThat(Weights.age(rounds + 1)).isLessThan(Weights.age(rounds));
        assertThat(Weights.age(Weights.OLDEST)).isZero();
        assertThatThrownBy(() -> Weights.age(-1)).hasMessageContaining("later round");
    }

    @Property
    void unproven_howeverMany_haveAtMostAQuarter(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 20) int proven,
            @ForAll @IntRange(max = 100) int fresh) {
        var random = new Random(seed);
        var updates = new ArrayList<LoggedUpdate>();
        for (int i = 0; i < proven; i++) updates.add(update(1, "old", 1 + random.nextInt(1000)));
        for (int i = 0; i < fresh; i++) updates.add(update(1, "new", 1 + random.nextInt(1000)));
        double[] weights = Weights.of(updates, 1, STANDING).weights();
        double all = Arrays.stream(weights).sum();
        double unproven = Arrays.stream(weights, proven, weights.length).sum();
        assertThat(unproven).isLessThanOrEqualTo(all * Weights.UNPROVEN * (1 + 1e-9));
        for (int i = 0; i < proven; i++)
            assertThat(weights[i]).isEqualTo(updates.get(i).tokens());
    }

    @Test
    void onlyUnproven_countInFull() {
        assertThat(Weights.of(List.of(update(1, "new", 10), update(1, "new", 30)), 1, STANDING)
                        .weights())
                .containsExactly(10, 30);
    }

    /** However much of a round it has done; of the accounts or, if that is more, a quarter of that in the middle of the work. */
    @Property
    void votes_ofOneAccount_areNoMoreThanThoseOfTheOneInTheMiddle(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int accounts) {
        var random = new Random(seed);
        var updates = new ArrayList<LoggedUpdate>();
        for (int account = 0; account < accounts; account++)
            for (int left = random.nextInt(8); left >= 0; left--)
                updates.add(update(1, "w" + account, 1 + random.nextInt(1000)));
        var of = Weights.of(updates, 1, STANDING);
        double[] votes = new double[accounts], weights = new double[accounts];
        for (int i = 0; i < updates.size(); i++) {
            int account = Integer.parseInt(updates.get(i).worker().substring(1));
            votes[account] += of.votes()[i];
            weights[account] += of.weights()[i];
        }
        double[] sorted = weights.clone();
        Arrays.sort(sorted);
        double middle = Math.max(sorted[(accounts - 1) / 2], Spread.lowerMedian(sorted, sorted) / 4);
        for (int account = 0; account < accounts; account++)
            assertThat(votes[account]).isCloseTo(Math.min(weights[account], middle), within(1e-6));
    }

    private static double votes(List<LoggedUpdate> updates, String name) {
        double[] votes = Weights.of(updates, 1, STANDING).votes();
        double sum = 0;
        for (int i = 0; i < votes.length; i++) if (updates.get(i).worker().startsWith(name)) sum += votes[i];
        return sum;
    }

    /** Where nobody is proven, keys cost nothing and a task may be of one step. */
    @Test
    void votes_ofManyTinyAccounts_areNoMajority() {
        var updates = new ArrayList<LoggedUpdate>();
        for (int i = 0; i < 5; i++) updates.add(update(1, "new-whole" + i, 1000));
        for (int i = 0; i < 40; i++) updates.add(update(1, "new-tiny" + i, 10));
        assertThat(votes(updates, "new-whole")).isEqualTo(5 * 250);
        assertThat(votes(updates, "new-tiny")).isEqualTo(40 * 10);
    }

    /** Nor does one account that has done nearly all say what is usual. */
    @Test
    void votes_ofOneAccountThatHasDoneMost_areAQuarterOfThatAtMost() {
        var updates = new ArrayList<LoggedUpdate>();
        for (int i = 0; i < 9; i++) updates.add(update(1, "new-one", 1000));
        for (int i = 0; i < 4; i++) updates.add(update(1, "new-other" + i, 1000));
        assertThat(votes(updates, "new-one")).isEqualTo(2250);
        assertThat(votes(updates, "new-other")).isEqualTo(4000);
    }

    @Test
    void votes_ofNewAccounts_areAQuarterAtMostToo() {
        var updates = new ArrayList<LoggedUpdate>();
        updates.add(update(1, "old", 100));
        for (int i = 0; i < 9; i++) updates.add(update(1, "new" + i, 10));
        double[] votes = Weights.of(updates, 1, STANDING).votes();
        assertThat(Arrays.stream(votes, 1, 10).sum())
                .isLessThanOrEqualTo(Arrays.stream(votes).sum() * Weights.UNPROVEN * (1 + 1e-9));
    }

    @Test
    void lowerMedian_whereHalfSaysMore_isWhatTheOtherHalfSays() {
        double third = 1.0 / 3;
        assertThat(Spread.lowerMedian(new double[] {1, 10, 1, 10, 1}, new double[] {third, 0.5, third, 0.5, third}))
                .isEqualTo(1);
        assertThat(Spread.lowerMedian(new double[] {3, 1, 2}, new double[] {1, 1, 1}))
                .isEqualTo(2);
    }

    @Test
    void median_isOfWeights() {
        assertThat(Spread.median(new double[] {1, 2, 3}, new double[] {1, 1, 1}))
                .isEqualTo(2);
        assertThat(Spread.median(new double[] {3, 1, 2}, new double[] {5, 1, 1}))
                .isEqualTo(3);
        assertThat(Spread.median(new double[] {4, 2}, new double[] {1, 1})).isEqualTo(3);
        assertThat(Spread.median(new double[] {4, 2, 9}, new double[] {1, 1, 0}))
                .isEqualTo(3);
        assertThat(Spread.median(new double[0], new double[0])).isZero();
    }

    /** What less than half of the weight says moves neither beyond what the rest says. */
    @Property
    void spread_liarsInTheMinority_staysWithinTheRest(
            @ForAll long seed, @ForAll @IntRange(min = 3, max = 40) int count) {
        var random = new Random(seed);
        double[] values = new double[count], weights = new double[count];
        Arrays.fill(weights, 1);
        int liars = (count - 1) / 2;
        for (int i = 0; i < count; i++) values[i] = i < liars ? 1e9 * random.nextGaussian() : random.nextDouble();
        var spread = Spread.of(values, weights);
        assertThat(spread.median()).isBetween(0.0, 1.0);
        assertThat(spread.deviation()).isLessThan(1.5);
    }
}
