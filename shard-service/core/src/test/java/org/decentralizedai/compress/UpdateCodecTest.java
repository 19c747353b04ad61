package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UpdateCodecTest {

    @Provide
    Arbitrary<float[]> updates() {
        return Arbitraries.floats()
                .between(-1e6f, 1e6f)
                .array(float[].class)
                .ofMinSize(1)
                .ofMaxSize(600);
    }

    @Property(tries = 200)
    void int8_anyUpdate_errorIsAtMostHalfAStep(@ForAll("updates") float[] update) {
        byte[] encoded = UpdateCodec.encode(UpdateEncoding.INT8, update);
        float[] decoded = UpdateCodec.decode(UpdateEncoding.INT8, encoded, update.length);
        for (int start = 0; start < update.length; start += UpdateCodec.BLOCK) {
            int end = Math.min(start + UpdateCodec.BLOCK, update.length);
            float max = 0;
            for (int i = start; i < end; i++) max = Math.max(max, Math.abs(update[i]));
            for (int i = start; i < end; i++)
                assertThat(Math.abs(decoded[i] - update[i]))
                        .isLessThanOrEqualTo(max / 127 * 0.5001f + Float.MIN_NORMAL);
        }
    }

    @Property(tries = 200)
    void f32_anyUpdate_comesBackExactly(@ForAll("updates") float[] update) {
        byte[] encoded = UpdateCodec.encode(UpdateEncoding.F32, update);
        assertThat(UpdateCodec.decode(UpdateEncoding.F32, encoded, update.length))
                .isEqualTo(update);
    }

    @Test
    void int8_goldenVector() {
        byte[] encoded = UpdateCodec.encode(UpdateEncoding.INT8, new float[] {1.27f, -0.64f, 0, 0.015f});
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo("0ad7233c7fc00002");
    }

    @ParameterizedTest
    @EnumSource
    void decode_wrongLength_isRefused(UpdateEncoding encoding) {
        byte[] encoded = UpdateCodec.encode(encoding, new float[300]);
        assertThat(encoded).hasSize(UpdateCodec.encodedBytes(encoding, 300));
        assertThatThrownBy(() -> UpdateCodec.decode(encoding, encoded, 301))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("301 values must have");
    }

    @Test
    void decode_notFiniteScale_staysVisible() {
        byte[] encoded = UpdateCodec.encode(UpdateEncoding.INT8, new float[] {1, 2});
        System.arraycopy(new byte[] {0, 0, (byte) 0x80, 0x7f}, 0, encoded, 0, 4); // scale = infinity
        assertThat(UpdateCodec.decode(UpdateEncoding.INT8, encoded, 2)[1]).isInfinite();
    }
}
