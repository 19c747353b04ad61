package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.decentralizedai.server.state.Work;
import org.decentralizedai.wire.LocalSteps;
import org.junit.jupiter.api.Test;

class FitTest {
    private static final int TIME = 60, LIMIT = 300;
    private static final LocalSteps GREATEST = new LocalSteps(8, 45, 5, 512, 1e-3, 3, 0.9, 0.95, 1e-8, 0.1, 1.0);

    private static Fit fit(double tokensPerSecond) {
        return Fit.of(GREATEST, tokensPerSecond, TIME, LIMIT, null).orElseThrow();
    }

    private static double seconds(Fit fit, double tokensPerSecond) {
        return fit.wanted() * GREATEST.context() / tokensPerSecond;
    }

    @Property
    void of_anySpeedBetween_takesAboutFortyFiveToNinetySeconds(@ForAll @DoubleRange(min = 6, max = 4000) double speed) {
        assertThat(seconds(fit(speed), speed)).isBetween(0.7 * TIME, 1.5 * TIME);
    }

    @Property
    void of_anySpeedFromFortyWindowsOn_isHardlyTooLong(@ForAll @DoubleRange(min = 350, max = 3000) double speed) {
        assertThat(seconds(fit(speed), speed)).isBetween(0.9 * TIME, 1.04 * TIME);
    }

    @Property
    void of_fasterDevice_getsNoLess(@ForAll @DoubleRange(min = 2, max = 1e5) double speed) {
        assertThat(fit(1.1 * speed).wanted()).isGreaterThanOrEqualTo(fit(speed).wanted());
    }

    @Test
    void of_examples() {
        assertThat(fit(1e6)).as("faster than the whole task needs").isEqualTo(Fit.whole(GREATEST));
        assertThat(fit(8 * 15 * 512 / 60.0)).as("a third").isEqualTo(new Fit(GREATEST, 8, 15));
        assertThat(fit(8 * 512 / 60.0)).as("one window a step").isEqualTo(new Fit(GREATEST, 8, 1));
        assertThat(fit(3 * 512 / 60.0)).as("fewer steps").isEqualTo(new Fit(GREATEST, 3, 1));
        assertThat(fit(512 / 299.0)).as("one window").isEqualTo(new Fit(GREATEST, 1, 1));
        assertThat(Fit.of(GREATEST, 512 / 301.0, TIME, LIMIT, null))
                .as("too slow")
                .isEmpty();
    }

    @Property
    void within_anyTime_keepsTheBatchAndTheTime(
            @ForAll @DoubleRange(min = 2, max = 4000) double speed,
            @ForAll @DoubleRange(min = 0, max = 90) double time) {
        var whole = fit(speed);
        var part = whole.within(time, speed);
        assertThat(part.batch()).isEqualTo(whole.batch());
        assertThat(part.steps()).isBetween(1, whole.steps());
        if (part.steps() > 1) assertThat(seconds(part, speed)).isLessThanOrEqualTo(time);
        if (part.steps() < whole.steps())
            assertThat(seconds(new Fit(GREATEST, part.steps() + 1, part.batch()), speed))
                    .as("one step more")
                    .isGreaterThan(time);
    }

    /** The device need not choose its kernels anew. */
    @Property
    void nearly_threeQuartersOrMore_takesAboutThatTimeByTheSameKernels(
            @ForAll @DoubleRange(min = 2, max = 4000) double speed,
            @ForAll @DoubleRange(min = 0.8, max = 1) double part) {
        var whole = fit(speed);
        double time = part * seconds(whole, speed);
        var nearly = whole.nearly(time, speed);
        assertThat(GREATEST.sized(1, nearly.batch()).microBatch())
                .isEqualTo(GREATEST.sized(1, whole.batch()).microBatch());
        assertThat(nearly.steps()).isBetween(1, GREATEST.steps());
        assertThat(seconds(nearly, speed)).isLessThanOrEqualTo(seconds(whole, speed) + 1e-9);
        if (whole.wanted() > 3) assertThat(seconds(nearly, speed)).isBetween(0.8 * time, 1.15 * time);
    }

    /** So that its memory need not be laid out anew. */
    @Property
    void of_speedThatHasHardlyChanged_keepsTheBatch(
            @ForAll @DoubleRange(min = 300, max = 2500) double speed,
            @ForAll @DoubleRange(min = 0.994, max = 1.02) @Scale(3) double change) {
        var last = new Fit(GREATEST, 8, 15);
        double near = 8 * 15 * 512 / 60.0 * change;
        assertThat(Fit.of(GREATEST, near, TIME, LIMIT, last).orElseThrow().batch())
                .isEqualTo(15);
        var other = Fit.of(GREATEST, speed, TIME, LIMIT, last).orElseThrow();
        assertThat(seconds(other, speed)).isBetween(0.75 * TIME, 1.5 * TIME);
    }

    @Property
    void of_anyBatch_isComputedInPartsThatAreNotSmall(@ForAll @DoubleRange(min = 2, max = 1e4) double speed) {
        int batch = fit(speed).batch(), part = GREATEST.sized(8, batch).microBatch();
        assertThat(part).isLessThanOrEqualTo(GREATEST.microBatch());
        assertThat(part == batch || 2 * part >= GREATEST.microBatch()).isTrue();
    }

    @Property
    void of_aTaskWithAnyWindows_isInItAndNotWithoutNeedSmall(
            @ForAll @DoubleRange(min = 2, max = 1e4) double speed, @ForAll @IntRange(min = 1, max = 360) int windows) {
        var fit = fit(speed);
        var work = fit.of(1, 2, windows);
        assertThat(work.windows()).isLessThanOrEqualTo(Math.min(windows, fit.wanted()));
        assertThat(work.steps()).isBetween(1, fit.steps());
        assertThat(work.batch()).isBetween(1, fit.batch());
        if (windows >= fit.wanted()) assertThat(work.windows()).isEqualTo(fit.wanted());
        else assertThat(2 * work.windows()).isGreaterThan(windows);
    }

    @Test
    void of_whatIsLeft_isTrainedInOneTaskIfItCanBe() {
        var fit = new Fit(GREATEST, 8, 15);
        assertThat(fit.of(1, 2, 20)).isEqualTo(new Work(1, 2, 5, 4));
        assertThat(fit.of(1, 2, 3)).isEqualTo(new Work(1, 2, 3, 1));
        assertThat(fit.of(1, 2, 11)).isEqualTo(new Work(1, 2, 5, 2));
    }
}
