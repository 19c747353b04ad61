package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PublishedMomentTest {

    @Test
    void encode_goldenVector() {
        byte[] coded = PublishedMoment.encode(new float[] {0, 1, 0.25f, 3e-10f});
        assertThat(HexFormat.of().formatHex(coded)).isEqualTo("0000803f803ea52f");
    }

    @Property
    void packed_anyMoment_isWithinEightBits(
            @ForAll @FloatRange(min = 1, max = 2) float significand,
            @ForAll @IntRange(min = -100, max = 100) int exponent) {
        float moment = Math.scalb(significand, exponent);
        byte[] coded = PublishedMoment.encode(new float[] {moment, moment});
        float value = ByteBuffer.wrap(PublishedMoment.packed(coded, 2))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getFloat(4);
        assertThat(value).isCloseTo(moment, within(moment / 256));
        assertThat(PublishedMoment.value(coded, 1)).isEqualTo(value);
    }

    @Test
    void packed_whatIsNone_isRefused() {
        assertThatThrownBy(() -> PublishedMoment.packed(new byte[4], 3)).hasMessageContaining("has 4 bytes");
        for (float bad : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            byte[] coded = PublishedMoment.encode(new float[] {1, bad});
            assertThatThrownBy(() -> PublishedMoment.packed(coded, 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a second moment is");
        }
    }
}
