package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.compress.Slice;
import org.junit.jupiter.api.Test;

final class AggregatorTest {
    private record Update(float[] values, int tokens) {}

    private static List<Update> updates(long seed, int count) {
        var random = new Random(seed);
        var updates = new ArrayList<Update>();
        for (int i = 0; i < count; i++) {
            float[] values = new float[17];
            for (int j = 0; j < values.length; j++) values[j] = (float) random.nextGaussian();
            updates.add(new Update(values, 1 + random.nextInt(1000)));
        }
        return updates;
    }

    private static float[] mean(List<Update> updates) {
        var sum = new Aggregator(17);
        for (Update update : updates) sum.add(Slice.WHOLE, update.values(), update.tokens(), 3, 2);
        return sum.mean();
    }

    @Property(tries = 100)
    void mean_anyOrder_agreesToRounding(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int count) {
        var updates = updates(seed, count);
        float[] mean = mean(updates);
        Collections.shuffle(updates, new Random(seed));
        assertThat(mean(updates)).usingComparatorWithPrecision(1e-6f).containsExactly(mean);
    }

    @Test
    void mean_unequalTokens_isWeighted() {
        var sum = new Aggregator(2);
        sum.add(Slice.WHOLE, new float[] {1, 0}, 30, 4, 3);
        sum.add(Slice.WHOLE, new float[] {5, 8}, 10, 8, 7);
        assertThat(sum.mean()).containsExactly(2, 2);
        assertThat(sum.tokens()).isEqualTo(40);
        assertThat(sum.firstLoss()).isEqualTo(5);
        assertThat(sum.lastLoss()).isEqualTo(4);
    }

    @Test
    void mean_slices_eachParameterOverThoseThatHoldIt() {
        var sum = new Aggregator(5);
        sum.add(new Slice(0, 2), new float[] {1, 2, 3}, 10, 4, 3);
        sum.add(new Slice(1, 2), new float[] {4, 5}, 20, 4, 3);
        sum.add(new Slice(0, 2), new float[] {4, 5, 6}, 20, 4, 3);
        assertThat(sum.mean()).containsExactly(3, 4, 4, 5, 5);
        assertThat(sum.tokens()).isEqualTo(50);
    }

    @Test
    void mean_partThatNobodySent_isZero() {
        var sum = new Aggregator(3);
        sum.add(new Slice(1, 3), new float[] {7}, 10, 4, 3);
        assertThat(sum.mean()).containsExactly(0, 7, 0);
    }

    /** The recipe changed in the midst of a round. */
    @Test
    void mean_differentParts_weighsEachParameterByItsOwnTokens() {
        var sum = new Aggregator(4);
        sum.add(Slice.WHOLE, new float[] {1, 1, 1, 1}, 10, 4, 3);
        sum.add(new Slice(1, 2), new float[] {4, 4}, 20, 4, 3);
        assertThat(sum.mean()).containsExactly(1, 3, 1, 3);
    }

    @Test
    void add_wrongLength_throws() {
        assertThatThrownBy(() -> new Aggregator(2).add(Slice.WHOLE, new float[3], 1, 1, 1))
                .hasMessageContaining("2 values");
    }

    @Test
    void retention_olderRounds_areThinned() {
        var retention = new Retention(3, 100, true);
        assertThat(retention.keeps(248, 250)).isTrue();
        assertThat(retention.keeps(247, 250)).isFalse();
        assertThat(retention.keeps(160, 250)).isTrue();
        assertThat(retention.keeps(150, 250)).isFalse();
        assertThat(retention.keeps(100, 250)).isTrue();
    }
}
