package org.decentralizedai.server.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.SplitMix64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AgreementTest {
    private static final int VALUES = 5000;

    private static float[] noise(long seed, double deviation) {
        var random = new SplitMix64(seed);
        float[] values = new float[VALUES];
        for (int i = 0; i < VALUES; i++) values[i] = (float) (deviation * random.nextNormal());
        return values;
    }

    private static Agreement between(UpdateEncoding encoding, float[] a, float[] b) {
        return Agreement.of(encoding, a, UpdateCodec.encode(encoding, b));
    }

    private static float[] plus(float[] a, float[] b, float factor) {
        float[] sum = new float[VALUES];
        for (int i = 0; i < VALUES; i++) sum[i] = a[i] + factor * b[i];
        return sum;
    }

    @ParameterizedTest
    @EnumSource
    void of_sameBytes_isPerfect(UpdateEncoding encoding) {
        var agreement = between(encoding, noise(1, 1), noise(1, 1));
        assertThat(agreement.relative()).isCloseTo(0, within(1e-7));
        assertThat(agreement.cosine()).isCloseTo(1, within(1e-12));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SIGN")
    void of_isTheDefinitionOnTheDecodedValues(UpdateEncoding encoding) {
        float[] a = noise(1, 1), b = plus(a, noise(2, 1), 0.3f);
        float[] x = UpdateCodec.decode(encoding, UpdateCodec.encode(encoding, a), VALUES);
        float[] y = UpdateCodec.decode(encoding, UpdateCodec.encode(encoding, b), VALUES);
        double xx = 0, yy = 0, xy = 0, difference = 0;
        for (int i = 0; i < VALUES; i++) {
            xx += (double) x[i] * x[i];
            yy += (double) y[i] * y[i];
            xy += (double) x[i] * y[i];
            difference += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
        }
        var agreement = between(encoding, a, b);
        assertThat(agreement.relative()).isCloseTo(Math.sqrt(difference / Math.max(xx, yy)), within(1e-6));
        assertThat(agreement.cosine()).isCloseTo(xy / Math.sqrt(xx * yy), within(1e-9));
    }

    @Test
    void of_nothingAndSignFlip_haveTheirValues() {
        float[] some = noise(1, 1), nothing = new float[VALUES];
        assertThat(between(UpdateEncoding.F32, nothing, nothing)).isEqualTo(new Agreement(0, 1));
        assertThat(between(UpdateEncoding.F32, some, nothing)).isEqualTo(new Agreement(1, 0));
        var flipped = between(UpdateEncoding.F32, some, plus(nothing, some, -1));
        assertThat(flipped.relative()).isCloseTo(2, within(1e-9));
        assertThat(flipped.cosine()).isCloseTo(-1, within(1e-9));
    }

    /** One sign in a hundred is turned: those of the smallest values, or of any. */
    @Test
    void of_signs_countAsMuchAsTheirValues() {
        float[] expected = noise(1, 1), small = expected.clone(), any = expected.clone();
        for (int i = 0; i < VALUES; i++) if (Math.abs(expected[i]) < 0.0125) small[i] = -small[i];
        for (int i = 0; i < VALUES; i += 100) any[i] = -any[i];
        var ofSmall = between(UpdateEncoding.SIGN, expected, small);
        var ofAny = between(UpdateEncoding.SIGN, expected, any);
        assertThat(ofSmall.relative()).isLessThan(0.005);
        assertThat(ofAny.relative()).isBetween(0.1, 0.3);
        assertThat(Tolerance.of(UpdateEncoding.SIGN).accepts(ofSmall)).isTrue();
        assertThat(Tolerance.of(UpdateEncoding.SIGN).accepts(ofAny)).isFalse();
    }

    @Test
    void of_signsWithHalfTheScale_areHalfTheUpdate() {
        float[] expected = noise(1, 1), half = new float[VALUES];
        for (int i = 0; i < VALUES; i++) half[i] = expected[i] / 2;
        assertThat(between(UpdateEncoding.SIGN, expected, half).relative()).isCloseTo(0.5, within(0.01));
        assertThat(between(UpdateEncoding.SIGN, expected, half).cosine()).isCloseTo(1, within(1e-3));
    }

    /** Where values are sent, it does not matter who has computed which. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "INT8", "INT4"})
    void between_codes_isWhatTheAuditorWouldFind(UpdateEncoding encoding) {
        float[] a = noise(1, 1), b = plus(a, noise(2, 1), 0.03f);
        byte[] one = UpdateCodec.encode(encoding, a), other = UpdateCodec.encode(encoding, b);
        var agreement = Agreement.between(encoding, VALUES, one, other);
        assertThat(agreement).isEqualTo(Agreement.of(encoding, a, other));
        assertThat(Agreement.between(encoding, VALUES, other, one).relative())
                .isCloseTo(agreement.relative(), within(1e-9));
    }

    /** Of noise, 0.01 of the norm turns 0.3 % of the signs, whatever their values; a tenth turns 3 %. */
    @Test
    void between_signs_countAllAlike() {
        float[] a = noise(1, 1);
        byte[] sent = UpdateCodec.encode(UpdateEncoding.SIGN, a);
        var tolerance = Tolerance.between(UpdateEncoding.SIGN);
        byte[] near = UpdateCodec.encode(UpdateEncoding.SIGN, plus(a, noise(2, 1), 0.01f));
        byte[] far = UpdateCodec.encode(UpdateEncoding.SIGN, plus(a, noise(2, 1), 0.1f));
        assertThat(tolerance.accepts(Agreement.between(UpdateEncoding.SIGN, VALUES, sent, sent)))
                .isTrue();
        assertThat(tolerance.accepts(Agreement.between(UpdateEncoding.SIGN, VALUES, sent, near)))
                .isTrue();
        assertThat(tolerance.accepts(Agreement.between(UpdateEncoding.SIGN, VALUES, sent, far)))
                .isFalse();
    }

    @Test
    void tolerance_sparseForms_haveNone() {
        assertThatThrownBy(() -> Tolerance.of(UpdateEncoding.TOP64_2BIT)).hasMessageContaining("no tolerance");
    }

    @Test
    void of_notANumber_isNoAgreement() {
        float[] some = noise(1, 1), broken = noise(1, 1);
        broken[7] = Float.NaN;
        var agreement = between(UpdateEncoding.F32, some, broken);
        assertThat(Tolerance.of(UpdateEncoding.F32).accepts(agreement)).isFalse();
    }

    @Test
    void of_malformed_isRefused() {
        assertThatThrownBy(() -> Agreement.of(UpdateEncoding.INT8, noise(1, 1), new byte[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void accepts_scaledUpdate_isRefusedThoughItsDirectionIsRight() {
        float[] some = noise(1, 1);
        var doubled = between(UpdateEncoding.F32, some, plus(some, some, 1));
        assertThat(doubled.cosine()).isCloseTo(1, within(1e-9));
        assertThat(Tolerance.of(UpdateEncoding.F32).accepts(doubled)).isFalse();
    }
}
