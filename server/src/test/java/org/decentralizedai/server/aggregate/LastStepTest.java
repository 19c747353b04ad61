package org.decentralizedai.server.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import org.decentralizedai.compress.Slice;
import org.junit.jupiter.api.Test;

final class LastStepTest {
    private static final float[] VALUES = {1, 2, 3, 4, 5, 6, 7};

    @Test
    void square_isTheMeanOfTheSlice() {
        var step = new LastStep(VALUES);
        assertThat(step.square(new Slice(1, 3))).isEqualTo((2 * 2 + 5 * 5) / 2.0);
        assertThat(step.square(new Slice(0, 3))).isEqualTo((1 + 4 * 4 + 7 * 7) / 3.0);
        assertThat(step.square(Slice.WHOLE)).isEqualTo(20);
        assertThat(step.product(4, 0.5f)).isEqualTo(2.5);
    }

    @Test
    void noStep_isZeroEverywhere() {
        var none = new LastStep(null);
        assertThat(none.square(Slice.WHOLE)).isZero();
        assertThat(none.product(3, 1)).isZero();
    }
}
