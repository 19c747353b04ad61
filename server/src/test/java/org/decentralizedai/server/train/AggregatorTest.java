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
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.aggregate.Share;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
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

    private static LoggedUpdate logged(Slice slice, float[] values, int tokens, double firstLoss, double lastLoss) {
        return logged(UpdateEncoding.F32, slice, values, tokens, firstLoss, lastLoss);
    }

    private static LoggedUpdate logged(
            UpdateEncoding encoding, Slice slice, float[] values, int tokens, double firstLoss, double lastLoss) {
        var encoded = new Bytes(UpdateCodec.encode(encoding, values));
        return new LoggedUpdate(1, new Lease(1, 1), "worker", tokens, firstLoss, lastLoss, encoding, slice, encoded);
    }

    /** As a mean by tokens does. */
    private static void add(Aggregator sum, LoggedUpdate update) {
        sum.add(update, Share.plain(update.tokens()));
    }

    private static float[] mean(List<Update> updates) {
        var sum = new Aggregator(17);
        for (Update update : updates) add(sum, logged(Slice.WHOLE, update.values(), update.tokens(), 3, 2));
        return sum.mean(null, 0);
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
        add(sum, logged(Slice.WHOLE, new float[] {1, 0}, 30, 4, 3));
        add(sum, logged(Slice.WHOLE, new float[] {5, 8}, 10, 8, 7));
        assertThat(sum.mean(null, 0)).containsExactly(2, 2);
        assertThat(sum.tokens()).isEqualTo(40);
        assertThat(sum.firstLoss()).isEqualTo(5);
        assertThat(sum.lastLoss()).isEqualTo(4);
    }

    @Test
    void mean_slices_eachParameterOverThoseThatHoldIt() {
        var sum = new Aggregator(5);
        add(sum, logged(new Slice(0, 2), new float[] {1, 2, 3}, 10, 4, 3));
        add(sum, logged(new Slice(1, 2), new float[] {4, 5}, 20, 4, 3));
        add(sum, logged(new Slice(0, 2), new float[] {4, 5, 6}, 20, 4, 3));
        assertThat(sum.mean(null, 0)).containsExactly(3, 4, 4, 5, 5);
        assertThat(sum.tokens()).isEqualTo(50);
    }

    @Test
    void mean_partThatNobodySent_isZero() {
        var sum = new Aggregator(3);
        add(sum, logged(new Slice(1, 3), new float[] {7}, 10, 4, 3));
        assertThat(sum.mean(null, 0)).containsExactly(0, 7, 0);
    }

    /** The recipe changed in the midst of a round. */
    @Test
    void mean_differentParts_weighsEachParameterByItsOwnTokens() {
        var sum = new Aggregator(4);
        add(sum, logged(Slice.WHOLE, new float[] {1, 1, 1, 1}, 10, 4, 3));
        add(sum, logged(new Slice(1, 2), new float[] {4, 4}, 20, 4, 3));
        assertThat(sum.mean(null, 0)).containsExactly(1, 3, 1, 3);
    }

    /** What made the rounds of earlier versions: the same bits must come out of a log that is summed again. */
    @Property(tries = 200)
    void mean_anyEncodingAndSlices_isThatOfTheDecodedValues(
            @ForAll UpdateEncoding encoding, @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int parts) {
        var random = new Random(seed);
        int parameters = 5000;
        var sum = new Aggregator(parameters);
        double[] expected = new double[parameters];
        long[] tokens = new long[parts];
        for (int index = 0; index < 7; index++) {
            var slice = new Slice(index % parts, parts);
            float[] values = new float[slice.length(parameters)];
            for (int i = 0; i < values.length; i++) values[i] = (float) random.nextGaussian();
            var update = logged(encoding, slice, values, 1 + random.nextInt(1000), 3, 2);
            add(sum, update);
            float[] decoded = UpdateCodec.decode(encoding, update.encoded().array(), values.length);
            for (int i = 0; i < decoded.length; i++)
                expected[slice.part() + i * parts] += (double) update.tokens() * decoded[i];
            tokens[slice.part()] += update.tokens();
        }
        float[] mean = sum.mean(null, 0);
        for (int i = 0; i < parameters; i++)
            assertThat(Float.floatToRawIntBits(mean[i]))
                    .isEqualTo(Float.floatToRawIntBits((float) (expected[i] / tokens[i % parts])));
    }

    @Test
    void add_malformed_changesNothing() {
        var sum = new Aggregator(3);
        var good = logged(UpdateEncoding.SIGN, Slice.WHOLE, new float[] {1, -1, 1}, 10, 4, 3);
        add(sum, good);
        good.encoded().array()[2] |= (byte) 0x80; // padding
        assertThatThrownBy(() -> add(sum, good)).hasMessageContaining("padding");
        assertThat(sum.mean(null, 0)).containsExactly(1, -1, 1);
        assertThat(sum.updates()).isEqualTo(1);
        assertThat(sum.tokens()).isEqualTo(10);
    }

    @Test
    void add_wrongLength_throws() {
        assertThatThrownBy(() -> add(new Aggregator(2), logged(Slice.WHOLE, new float[3], 1, 1, 1)))
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
