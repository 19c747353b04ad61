package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SignFormTest {
    private static float[] recoded(float[] update) {
        return UpdateCodec.decode(UpdateEncoding.SIGN, UpdateCodec.encode(UpdateEncoding.SIGN, update), update.length);
    }

    @Property(tries = 200)
    void decode_anyUpdate_isTheSignTimesTheMeanOfTheBlock(
            @ForAll Updates kind, @ForAll long seed, @ForAll @IntRange(max = 3000) int values) {
        float[] update = kind.of(values, seed), decoded = recoded(update);
        for (int start = 0; start < values; start += SignForm.BLOCK) {
            int end = Math.min(start + SignForm.BLOCK, values);
            double sum = 0;
            for (int i = start; i < end; i++) sum += Math.abs((double) update[i]);
            float mean = Brain16.value(Brain16.bits(sum / (end - start)));
            for (int i = start; i < end; i++)
                assertThat(bits(decoded[i])).isEqualTo(bits(Math.copySign(mean, update[i])));
        }
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    @Test
    void decode_zeros_keepTheirSigns() {
        float[] decoded = recoded(new float[] {0f, -0f, -0f, 0f});
        assertThat(decoded).usingElementComparator(Float::compare).containsExactly(0f, -0f, -0f, 0f);
        assertThat(recoded(new float[] {-0f, 3, 0f, 1})).containsExactly(-1, 1, 1, 1);
    }

    /** One such value spoils its block, and only that, so that the receiver sees it wherever it looks. */
    @Test
    void decode_notFiniteValue_spoilsItsBlockOnly() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] update = Updates.HEAVY_TAILED.of(3 * SignForm.BLOCK, 1);
            update[SignForm.BLOCK + 7] = bad;
            float[] decoded = recoded(update);
            for (int i = 0; i < decoded.length; i++)
                assertThat(Float.isFinite(decoded[i])).as("of %s at %s", bad, i).isEqualTo(i / SignForm.BLOCK != 1);
        }
    }

    /** A sender may write any scale; the receiver's checks see what it stands for. */
    @Test
    void decode_strangeScales_comeOutAsTheyAre() {
        assertThat(decodeFirst(0xbf80, 0)).isEqualTo(-1);
        assertThat(decodeFirst(0xbf80, 1)).isEqualTo(1);
        assertThat(decodeFirst(0x7f80, 1)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(decodeFirst(0x7fc0, 1)).isNaN();
    }

    private static float decodeFirst(int scale, int bit) {
        byte[] encoded = {(byte) scale, (byte) (scale >> 8), (byte) bit};
        return UpdateCodec.decode(UpdateEncoding.SIGN, encoded, 1)[0];
    }

    @Test
    void decode_paddingThatIsNotZero_isRefusedAndChangesNothing() {
        byte[] encoded = UpdateCodec.encode(UpdateEncoding.SIGN, new float[] {1, -1, 1});
        encoded[2] |= 8;
        double[] sum = new double[3];
        assertThatThrownBy(() -> UpdateCodec.decodeAdd(UpdateEncoding.SIGN, encoded, 1, sum))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("padding");
        assertThat(sum).containsOnly(0);
    }
}
