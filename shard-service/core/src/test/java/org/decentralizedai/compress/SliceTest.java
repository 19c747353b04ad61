package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SliceTest {
    @Property
    void of_allPartsTogether_holdEachValueOnce(
            @ForAll @IntRange(max = 500) int values, @ForAll @IntRange(min = 1, max = Slice.MOST_PARTS) int parts) {
        float[] update = new float[values], together = new float[values];
        for (int i = 0; i < values; i++) update[i] = i + 1;
        int length = 0;
        for (int part = 0; part < parts; part++) {
            var slice = new Slice(part, parts);
            float[] own = slice.of(update);
            assertThat(own).hasSize(slice.length(values));
            for (int i = 0; i < own.length; i++) together[part + i * parts] += own[i];
            length += own.length;
        }
        assertThat(length).isEqualTo(values);
        assertThat(together).isEqualTo(update);
    }

    @Test
    void length_greatUpdate_doesNotOverflow() {
        assertThat(new Slice(0, 2).length(Integer.MAX_VALUE)).isEqualTo(1 << 30);
    }

    @Test
    void impossibleSlices_areRefused() {
        assertThatThrownBy(() -> new Slice(0, 0)).hasMessageContaining("parts=0");
        assertThatThrownBy(() -> new Slice(0, 65)).hasMessageContaining("parts=65");
        assertThatThrownBy(() -> new Slice(2, 2)).hasMessageContaining("part=2");
        assertThatThrownBy(() -> new UpdateForm(UpdateEncoding.SIGN, new Slice(0, 2), 0.9))
                .hasMessageContaining("whole updates");
    }

    @Test
    void sender_withoutFeedback_sendsWhatTheTaskAloneGives() {
        float[] update = Updates.HEAVY_TAILED.of(3000, 1);
        var form = new UpdateForm(UpdateEncoding.SIGN, new Slice(1, 3), 0);
        var sender = new Sender();
        byte[] first = sender.encode(form, 4, update);
        assertThat(sender.encode(form, 5, update))
                .isEqualTo(first)
                .isEqualTo(UpdateCodec.encode(UpdateEncoding.SIGN, new Slice(1, 3).of(update)));
    }

    @Test
    void sender_withFeedback_sendsInTimeWhatItHeldBack() {
        float[] update = Updates.HEAVY_TAILED.of(4096, 1);
        var form = new UpdateForm(UpdateEncoding.TOP64_4BIT, Slice.WHOLE, 0.99);
        var sender = new Sender();
        float[] sum = new float[update.length];
        int rounds = 400;
        for (int round = 0; round < rounds; round++)
            UpdateCodec.decodeAdd(form.encoding(), sender.encode(form, round, update), 1.0 / rounds, sum);
        assertThat(distance(sum, update)).isLessThan(0.4);
        float[] once = UpdateCodec.decode(form.encoding(), UpdateCodec.encode(form.encoding(), update), update.length);
        assertThat(distance(once, update)).isGreaterThan(0.6);
    }

    private static double distance(float[] a, float[] b) {
        double squares = 0, all = 0;
        for (int i = 0; i < a.length; i++) {
            squares += Math.pow(a[i] - b[i], 2);
            all += Math.pow(b[i], 2);
        }
        return Math.sqrt(squares / all);
    }

    @Test
    void sender_brokenUpdate_doesNotSpoilTheNext() {
        var form = new UpdateForm(UpdateEncoding.INT8, Slice.WHOLE, 0.9);
        var sender = new Sender();
        float[] broken = new float[300], good = Updates.HEAVY_TAILED.of(300, 1);
        Arrays.fill(broken, Float.NaN);
        sender.encode(form, 1, broken);
        assertThat(UpdateCodec.decode(UpdateEncoding.INT8, sender.encode(form, 2, good), 300))
                .doesNotContain(Float.NaN);
    }
}
