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
        double[] weights = Weights.of(List.of(update(5, "ab", 10), update(4, "a", 100)), 5, STANDING);
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
            @ForAll @IntRange(min = Weights.ENOUGH, max = 20) int proven,
            @ForAll @IntRange(max = 100) int fresh) {
        var random = new Random(seed);
        var updates = new ArrayList<LoggedUpdate>();
        for (int i = 0; i < proven; i++) updates.add(update(1, "old", 1 + random.nextInt(1000)));
        for (int i = 0; i < fresh; i++) updates.add(update(1, "new", 1 + random.nextInt(1000)));
        double[] weights = Weights.of(updates, 1, STANDING);
        double all = Arrays.stream(weights).sum();
        double unproven = Arrays.stream(weights, proven, weights.length).sum();
        assertThat(unproven).isLessThanOrEqualTo(all * Weights.UNPROVEN * (1 + 1e-9));
        for (int i = 0; i < proven; i++)
            assertThat(weights[i]).isEqualTo(updates.get(i).tokens());
    }

    /** Or the first account that is proven, alone among new ones, were three quarters of the round. */
    @Property
    void unproven_besideFewProvenAccounts_countInFull(
            @ForAll @IntRange(max = Weights.ENOUGH - 1) int proven, @ForAll @IntRange(min = 1, max = 30) int fresh) {
        var updates = new ArrayList<LoggedUpdate>();
        for (int i = 0; i < proven; i++) updates.add(update(1, "old", 100));
        for (int i = 0; i < fresh; i++) updates.add(update(1, "new", 100));
        assertThat(Weights.of(updates, 1, STANDING)).containsOnly(100);
    }

    @Test
    void onlyUnproven_countInFull() {
        assertThat(Weights.of(List.of(update(1, "new", 10), update(1, "new", 30)), 1, STANDING))
                .containsExactly(10, 30);
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
