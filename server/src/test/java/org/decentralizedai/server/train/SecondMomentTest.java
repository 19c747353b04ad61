package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.decentralizedai.compress.PublishedMoment;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.wire.LocalSteps;
import org.junit.jupiter.api.Test;

class SecondMomentTest {
    /** Rates 0.05 and 0.1. */
    private static final LocalSteps STEPS = new LocalSteps(2, 1, 1, 4, 0.1, 1, 0.9, 0.95, 1e-8, 0, 0);

    private static final SecondMoment MOMENT = new SecondMoment(0.75, 4);

    @Test
    void first_isEvenAndPublished() {
        var first = SecondMoment.first(4);
        assertThat(first.running()).containsExactly(0.25f, 0.25f, 0.25f, 0.25f);
        assertThat(PublishedMoment.value(first.published(), 3)).isEqualTo(0.25f);
    }

    @Test
    void next_updateOfGradient_holdsItsSquare() {
        var before = SecondMoment.first(4); // sqrt(v) = 0.5
        double gradient = 0.4;
        float moved = (float) (0.15 * gradient / 0.5); // by both steps
        var next = MOMENT.next(before, new float[] {moved, -moved, 2 * moved, 0}, 0, STEPS);
        assertThat(next.running()[0]).isCloseTo(0.75f * 0.25f + 0.25f * 0.16f, within(1e-6f));
        assertThat(next.running()[1]).isEqualTo(next.running()[0]);
        assertThat(next.running()[2]).isCloseTo(0.75f * 0.25f + 0.25f * 0.64f, within(1e-6f));
        assertThat(next.running()[3]).as("no gradient").isEqualTo(0.25f);
    }

    /** A round's gradients are taken along what its workers had, however the running moment has gone on. */
    @Test
    void next_betweenPublications_usesThePublishedOne() {
        float[] mean = {0.12f, 0.06f};
        var state = SecondMoment.first(2);
        byte[] published = state.published();
        for (int round = 0; round < 3; round++) {
            state = MOMENT.next(state, mean, round, STEPS);
            assertThat(state.published()).isSameAs(published);
        }
        double gradient = 0.12 * Math.sqrt(PublishedMoment.value(published, 0)) / 0.15;
        double expected = 0.5;
        for (int round = 0; round < 3; round++) expected = 0.75 * expected + 0.25 * gradient * gradient;
        assertThat(state.running()[0]).isCloseTo((float) expected, within(1e-5f));
        var fourth = MOMENT.next(state, mean, 3, STEPS);
        assertThat(fourth.published()).isEqualTo(PublishedMoment.encode(fourth.running()));
    }

    /** Steps of a steady gradient g along v: v tends to g². */
    @Test
    void next_steadyGradient_converges() {
        var every = new SecondMoment(0.5, 1);
        var state = SecondMoment.first(1);
        for (int round = 0; round < 60; round++) {
            double step = 0.15 * 0.03 / Math.sqrt(PublishedMoment.value(state.published(), 0));
            state = every.next(state, new float[] {(float) step}, round, STEPS);
        }
        assertThat(state.running()[0]).isCloseTo(9e-4f, within(1e-7f));
    }

    @Test
    void greatestChange_alongPublishedMoment_isItsBound() {
        var steps = new LocalSteps(8, 1, 1, 4, 0.1, 1, 0.9, 0.95, 1e-8, 0.2, 0);
        var recipe = new Recipe(
                steps,
                RateSchedule.CONSTANT,
                1,
                1,
                1,
                0,
                UpdateEncoding.INT8,
                1,
                0,
                false,
                UpdateEncoding.INT8,
                MOMENT,
                60,
                60);
        assertThat(recipe.greatestChange(3)).isCloseTo(2 * 8 * 0.1 * (60 + 0.2 * 3), within(1e-9));
    }

    @Test
    void badSettings_areRefused() {
        assertThatThrownBy(() -> new SecondMoment(1, 4)).hasMessageContaining("decay must be in (0, 1)");
        assertThatThrownBy(() -> new SecondMoment(Double.NaN, 4)).hasMessageContaining("decay must be in (0, 1)");
        assertThatThrownBy(() -> new SecondMoment(0.9, 0)).hasMessageContaining("rounds must be > 0");
    }
}
