package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class PowerTest {
    @Property
    void restAfter_anySetting_computingHasItsShare(
            @ForAll @DoubleRange(min = 0.05, max = 1) double share, @ForAll @DoubleRange(min = 1, max = 1e5) double t) {
        assertThat(t / (t + new Power(share).restAfter(t))).isEqualTo(share, within(1e-9));
    }

    @Property
    void set_anything_staysInRange(@ForAll double share) {
        assertThat(new Power(share).share()).isBetween(Power.LEAST, 1.0);
        assertThat(new Power(Double.NaN).share()).isEqualTo(Power.LEAST);
    }
}
