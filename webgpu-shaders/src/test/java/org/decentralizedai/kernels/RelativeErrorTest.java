package org.decentralizedai.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RelativeErrorTest {
    @Test
    void l2_isOfTheNormThatIsExpected() {
        assertThat(RelativeError.l2(new float[] {3, 5}, new float[] {3, 4})).isEqualTo(0.2, within(1e-15));
        assertThat(RelativeError.l2(new float[] {3, 4}, new float[] {3, 4})).isZero();
    }

    @Test
    void l2_zeroExpected_isAbsolute() {
        assertThat(RelativeError.l2(new float[] {3, 4}, new float[2])).isEqualTo(5);
        assertThat(RelativeError.l2(new float[2], new float[2])).isZero();
    }

    @Test
    void l2_notANumber_isWithinNoTolerance() {
        double error = RelativeError.l2(new float[] {Float.NaN, 4}, new float[] {3, 4});
        assertThat(error <= Double.MAX_VALUE).isFalse();
    }

    @Test
    void l2_otherLength_isRefused() {
        assertThatThrownBy(() -> RelativeError.l2(new float[1], new float[2])).hasMessageContaining("1 of 2");
    }
}
