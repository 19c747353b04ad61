package org.decentralizedai.server.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Crowds whose honest updates are one common part and noise of their own, as pairs of real ones are: cosines of 0.2 to 0.6. */
final class RobustSharesTest {
    private static final int PARAMETERS = 20_000, ROUND = 7;

    /** A round's honest updates, drawn by lot. */
    private static final class Crowd {
        private final Random random;
        private final float[] common;
        private final double share;

        /** @param share of the common part in the square of an update's norm: the cosine of honest pairs */
        Crowd(long seed, double share) {
            random = new Random(seed);
            this.share = share;
            common = noise();
        }

        private float[] noise() {
            float[] noise = new float[PARAMETERS];
            for (int i = 0; i < noise.length; i++) noise[i] = (float) random.nextGaussian();
            return noise;
        }

        float[] honest() {
            return sum(scaled(common, Math.sqrt(share)), scaled(noise(), Math.sqrt(1 - share)));
        }

        /** The last step: mostly along the common part. */
        float[] last() {
            return sum(scaled(common, 2), noise());
        }

        List<float[]> updates(int count) {
            var updates = new ArrayList<float[]>();
            for (int i = 0; i < count; i++) updates.add(honest());
            return updates;
        }
    }

    private static float[] scaled(float[] values, double factor) {
        float[] scaled = new float[values.length];
        for (int i = 0; i < scaled.length; i++) scaled[i] = (float) (factor * values[i]);
        return scaled;
    }

    private static float[] sum(float[] a, float[] b) {
        float[] sum = new float[a.length];
        for (int i = 0; i < sum.length; i++) sum[i] = a[i] + b[i];
        return sum;
    }

    private static LoggedUpdate logged(UpdateEncoding encoding, Slice slice, int index, int tokens, float[] update) {
        var encoded = new Bytes(UpdateCodec.encode(encoding, slice.of(update)));
        return new LoggedUpdate(ROUND, new Lease(index, 1), "w" + index, tokens, 3, 2, encoding, slice, encoded);
    }

    private static List<LoggedUpdate> logged(UpdateEncoding encoding, int parts, List<float[]> updates) {
        var logged = new ArrayList<LoggedUpdate>();
        for (int i = 0; i < updates.size(); i++)
            logged.add(logged(encoding, new Slice(i % parts, parts), i, 100, updates.get(i)));
        return logged;
    }

    private static RobustShares shares(List<LoggedUpdate> updates, List<LoggedUpdate> before, float @Nullable [] last) {
        return RobustShares.of(ROUND, PARAMETERS, updates, before, last, Standing.EQUAL);
    }

    private static List<Finding> findings(RobustShares shares) {
        return shares.shares().stream().map(Share::finding).toList();
    }

    /** Of INT8, whole. */
    private static RobustShares of(List<float[]> updates, float @Nullable [] last) {
        return shares(logged(UpdateEncoding.INT8, 1, updates), List.of(), last);
    }

    private static double[] mean(List<float[]> updates, RobustShares shares, float @Nullable [] last) {
        double[] mean = new double[PARAMETERS];
        double weights = shares.shares().stream().mapToDouble(Share::weight).sum();
        for (int u = 0; u < updates.size(); u++) {
            var share = shares.shares().get(u);
            for (int i = 0; i < mean.length; i++)
                mean[i] += share.weight()
                        * ((1 - share.pull()) * share.scale() * updates.get(u)[i]
                                + (last == null ? 0 : share.pull() * shares.centre() * last[i]))
                        / weights;
        }
        return mean;
    }

    private static double norm(double[] values) {
        double squares = 0;
        for (double value : values) squares += value * value;
        return Math.sqrt(squares);
    }

    private static double distance(double[] a, double[] b) {
        double[] difference = new double[a.length];
        for (int i = 0; i < a.length; i++) difference[i] = a[i] - b[i];
        return norm(difference);
    }

    private static double[] plainMean(List<float[]> updates) {
        double[] mean = new double[PARAMETERS];
        for (float[] update : updates) for (int i = 0; i < mean.length; i++) mean[i] += update[i] / updates.size();
        return mean;
    }

    @Property(tries = 30)
    void honestCrowd_isNearlyThePlainMean(
            @ForAll long seed, @ForAll @IntRange(min = 5, max = 24) int count, @ForAll boolean first) {
        var crowd = new Crowd(seed, 0.2 + 0.4 * new Random(seed).nextDouble());
        float @Nullable [] last = first ? null : crowd.last();
        var updates = crowd.updates(count);
        var shares = of(updates, last);
        double[] plain = plainMean(updates);
        assertThat(shares.shares()).filteredOn(share -> share.weight() < 100).hasSizeLessThanOrEqualTo(count / 5);
        assertThat(distance(mean(updates, shares, last), plain)).isLessThan(0.2 * norm(plain));
    }

    @Property(tries = 20)
    void oneUpdate_whateverItIs_movesTheMeanByNoMoreThanItsShare(
            @ForAll long seed, @ForAll @IntRange(min = 6, max = 20) int count, @ForAll boolean first) {
        var crowd = new Crowd(seed, 0.3);
        float @Nullable [] last = first ? null : crowd.last();
        var updates = crowd.updates(count);
        var random = new Random(seed);
        float[] wild = scaled(random.nextBoolean() ? crowd.noise() : crowd.common, 1e3 * random.nextGaussian());
        double[] without = mean(updates, of(updates, last), last);
        updates.set(random.nextInt(count), wild);
        double[] with = mean(updates, of(updates, last), last);
        double length = Math.sqrt(PARAMETERS); // of an honest update
        assertThat(distance(with, without)).isLessThan(4 * length / count);
    }

    @Property(tries = 20)
    void sameUpdatesInAnotherOrder_countAlike(@ForAll long seed, @ForAll @IntRange(min = 2, max = 16) int count) {
        var crowd = new Crowd(seed, 0.3);
        float[] last = crowd.last();
        var updates = logged(UpdateEncoding.INT8, 2, crowd.updates(count));
        var shares = shares(updates, List.of(), last);
        var order = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) order.add(i);
        Collections.shuffle(order, new Random(seed));
        var again = shares(order.stream().map(updates::get).toList(), List.of(), last);
        for (int i = 0; i < count; i++) {
            var one = shares.shares().get(order.get(i));
            var other = again.shares().get(i);
            assertThat(other.scale()).isEqualTo(one.scale()); // the sketches' seed is another, exact figures are not
            assertThat(other.finding()).isEqualTo(one.finding());
            assertThat(other.weight()).isEqualTo(one.weight());
        }
    }

    @Test
    void sameInputs_giveTheSameBits() {
        var crowd = new Crowd(3, 0.3);
        float[] last = crowd.last();
        var updates = logged(UpdateEncoding.SIGN, 2, crowd.updates(9));
        var before = logged(UpdateEncoding.SIGN, 2, crowd.updates(9));
        assertThat(shares(updates, before, last)).isEqualTo(shares(updates, before, last));
    }

    /** Five of sixteen. */
    private static RobustShares attacked(
            UpdateEncoding encoding, int parts, boolean first, UnaryOperator<float[]> attack, Crowd crowd) {
        float @Nullable [] last = first ? null : crowd.last();
        var updates = crowd.updates(16);
        for (int i = 0; i < 5; i++) updates.set(i, attack.apply(updates.get(i)));
        return shares(logged(encoding, parts, updates), List.of(), last);
    }

    @Property(tries = 10)
    void flippedSigns_doNotCount(@ForAll long seed, @ForAll boolean first) {
        var crowd = new Crowd(seed, 0.3);
        for (int parts : new int[] {1, 2}) {
            for (var encoding : List.of(UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.SIGN)) {
                var findings = findings(attacked(encoding, parts, first, update -> scaled(update, -1), crowd));
                assertThat(findings.subList(0, 5))
                        .as("%s in %d", encoding, parts)
                        .containsOnly(Finding.STRAY);
                assertThat(Collections.frequency(findings, Finding.FINE)).isGreaterThanOrEqualTo(9);
            }
        }
    }

    /** Three values a slice have no majority to speak of: the last step tells. */
    @Test
    void flippedSignsInManyParts_doNotCount() {
        var crowd = new Crowd(5, 0.3);
        var findings = findings(attacked(UpdateEncoding.SIGN, 5, false, update -> scaled(update, -1), crowd));
        assertThat(findings.subList(0, 5)).containsOnly(Finding.STRAY);
    }

    @Property(tries = 10)
    void noise_doesNotCount(@ForAll long seed, @ForAll boolean first) {
        var crowd = new Crowd(seed, 0.3);
        var findings = findings(attacked(UpdateEncoding.INT8, 1, first, _ -> crowd.noise(), crowd));
        assertThat(findings.subList(0, 5)).containsOnly(Finding.STRAY);
    }

    /** They agree with where the crowd goes, so that neither norm nor direction tells. */
    @Test
    void lastStepAgain_bySeveral_doesNotCount() {
        var crowd = new Crowd(6, 0.3);
        float[] last = crowd.last();
        var updates = crowd.updates(16);
        for (int i = 0; i < 5; i++) updates.set(i, sum(scaled(last, 0.4), scaled(crowd.noise(), 0.4)));
        assertThat(findings(of(updates, last)).subList(0, 5)).doesNotContain(Finding.FINE);
    }

    @Test
    void tenfoldNorm_isScaledToTheMedian() {
        var crowd = new Crowd(7, 0.3);
        var updates = crowd.updates(9);
        updates.set(4, scaled(updates.get(4), 10));
        assertThat(of(updates, null).shares().get(4).scale()).isCloseTo(0.1, within(0.01));
    }

    @Test
    void copiesWithinTheRound_countAsOne() {
        var crowd = new Crowd(8, 0.3);
        var updates = crowd.updates(12);
        for (int i = 1; i < 4; i++) updates.set(i, sum(updates.getFirst(), scaled(crowd.noise(), 0.5)));
        var shares = of(updates, crowd.last());
        for (int i = 0; i < 4; i++) {
            assertThat(shares.shares().get(i).finding()).isEqualTo(Finding.ALIKE);
            assertThat(shares.shares().get(i).weight()).isEqualTo(25);
        }
        assertThat(findings(shares).subList(4, 12)).doesNotContain(Finding.ALIKE);
    }

    @Test
    void copyOfTheRoundBefore_doesNotCount() {
        var crowd = new Crowd(9, 0.3);
        var before = crowd.updates(8);
        var updates = crowd.updates(8);
        updates.set(3, scaled(before.get(6), 0.5));
        for (int parts : new int[] {1, 3}) {
            var findings = findings(shares(
                    logged(UpdateEncoding.INT8, parts, updates),
                    logged(UpdateEncoding.INT8, parts, before),
                    crowd.last()));
            assertThat(findings.get(3)).isEqualTo(Finding.COPY_OF_LAST_ROUND);
            assertThat(Collections.frequency(findings, Finding.COPY_OF_LAST_ROUND))
                    .isEqualTo(1);
        }
    }

    /** Whose data repeat: a run must not stand still because of it. */
    @Test
    void everybodyLikeTheRoundBefore_allCount() {
        var crowd = new Crowd(14, 0.3);
        var before = crowd.updates(6);
        var shares =
                shares(logged(UpdateEncoding.INT8, 1, before), logged(UpdateEncoding.INT8, 1, before), crowd.last());
        assertThat(shares.shares())
                .allSatisfy(share -> assertThat(share.weight()).isEqualTo(100));
    }

    /** As in the first rounds of a run, when every batch says the same. */
    @Test
    void allAreNearlyTheSame_allCount() {
        var crowd = new Crowd(10, 0.98);
        var shares = of(crowd.updates(12), null);
        assertThat(shares.shares())
                .allSatisfy(share -> assertThat(share.weight()).isEqualTo(100));
    }

    @Test
    void tenfoldNorm_byHalfOfTheRound_isScaledToThatOfTheOthers() {
        var crowd = new Crowd(16, 0.3);
        var updates = crowd.updates(8);
        for (int i = 0; i < 4; i++) updates.set(i, scaled(updates.get(i), 10));
        assertThat(of(updates, null).shares().subList(0, 4))
                .allSatisfy(share -> assertThat(share.scale()).isCloseTo(0.1, within(0.01)));
    }

    @Test
    void halfTheNorm_isNoReason() {
        var crowd = new Crowd(11, 0.3);
        var findings = findings(attacked(UpdateEncoding.INT8, 1, false, update -> scaled(update, 0.5), crowd));
        assertThat(findings.subList(0, 5)).containsOnly(Finding.FINE);
    }

    @Test
    void fewUpdates_allCount() {
        var crowd = new Crowd(12, 0.3);
        for (int count = 1; count < 5; count++) {
            var updates = crowd.updates(count);
            updates.set(0, scaled(updates.getFirst(), -1));
            assertThat(findings(of(updates, crowd.last()))).containsOnly(Finding.FINE);
        }
    }

    @Test
    void zeros_doNotDivideByZero() {
        var zeros = Collections.nCopies(6, new float[PARAMETERS]);
        assertThat(of(zeros, null).shares()).allSatisfy(share -> {
            assertThat(share.scale()).isEqualTo(1);
            assertThat(share.pull()).isZero();
        });
    }

    /** @param flipped which of sixteen updates in two slices, one after the other, have their signs flipped */
    private static List<Finding> ofTwoSlices(Crowd crowd, boolean first, IntPredicate flipped) {
        var updates = crowd.updates(16);
        for (int i = 0; i < updates.size(); i++) if (flipped.test(i)) updates.set(i, scaled(updates.get(i), -1));
        return findings(shares(logged(UpdateEncoding.SIGN, 2, updates), List.of(), first ? null : crowd.last()));
    }

    /** All updates of the other slice seem unlike their own then, and that is not what the round is like. */
    @Property(tries = 20)
    void halfOfOneSliceAreLiars_honestOnesAreNoStrays(@ForAll long seed, @ForAll boolean first) {
        IntPredicate flipped = i -> i % 2 == 0 && i < 8 || i == 1;
        var found = ofTwoSlices(new Crowd(seed, 0.5), first, flipped);
        for (int i = 0; i < found.size(); i++)
            if (!flipped.test(i)) assertThat(found.get(i)).as("update %d", i).isEqualTo(Finding.FINE);
        assertThat(found.get(1)).isEqualTo(Finding.STRAY);
        if (!first) assertThat(found.get(0)).as("by the last step").isEqualTo(Finding.STRAY);
    }

    /** The last step and the slice contradict each other: nobody is left out, and the honest ones are some of the slice at least. */
    @Property(tries = 20)
    void mostOfOneSliceAreLiars_noHonestOneIsAStray(@ForAll long seed) {
        IntPredicate flipped = i -> i % 2 == 0 && i < 10;
        var found = ofTwoSlices(new Crowd(seed, 0.5), false, flipped);
        for (int i = 0; i < found.size(); i++)
            if (!flipped.test(i)) assertThat(found.get(i)).as("update %d", i).isEqualTo(Finding.FINE);
    }

    /** A slice of one or two says nothing of them; the last step does, whatever they weigh. */
    @Test
    void flippedAloneInItsSlice_orHeaviest_isAStray() {
        var crowd = new Crowd(3, 0.5);
        var updates = crowd.updates(9);
        updates.set(4, scaled(updates.get(4), -1));
        updates.set(0, scaled(updates.get(0), -1));
        var logged = logged(UpdateEncoding.SIGN, 5, updates);
        logged.set(0, logged(UpdateEncoding.SIGN, new Slice(0, 5), 0, 150, updates.get(0)));
        var found = findings(shares(logged, List.of(), crowd.last()));
        assertThat(found.get(4)).isEqualTo(Finding.STRAY);
        assertThat(found.get(0)).isEqualTo(Finding.STRAY);
        assertThat(Collections.frequency(found, Finding.FINE)).isEqualTo(7);
    }
}
