package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.kernels.Brain16;
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
            float mean = Brain16.value(Brain16.bits(cutMean(update, start, end)));
            for (int i = start; i < end; i++)
                assertThat(bits(decoded[i])).isEqualTo(bits(Math.copySign(mean, update[i])));
        }
    }

    /** All sums of such multiples are exact in doubles, whatever their order: this one is from the end. */
    private static double cutMean(float[] update, int start, int end) {
        float greatest = 0;
        for (int i = start; i < end; i++) greatest = Math.max(greatest, Math.abs(update[i]));
        double unit = Math.scalb(1.0, Math.max(Math.getExponent(greatest), Float.MIN_EXPONENT) - 21), multiples = 0;
        for (int i = end - 1; i >= start; i--) multiples += Math.floor(Math.abs(update[i]) / unit);
        return Math.floor(multiples / (end - start)) * unit;
    }

    /** What is cut is little beside the rounding of the scale, even where one value is greater than all others together. */
    @Property(tries = 200)
    void decode_anyUpdate_scaleIsNearTheExactMean(@ForAll Updates kind, @ForAll long seed) {
        float[] update = kind.of(SignForm.BLOCK, seed);
        double sum = 0;
        for (float value : update) sum += Math.abs((double) value);
        double mean = sum / update.length;
        assertThat((double) Math.abs(recoded(update)[0])).isCloseTo(mean, within(mean * (0x1p-8 + 0x1p-11) + 0x1p-134));
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
