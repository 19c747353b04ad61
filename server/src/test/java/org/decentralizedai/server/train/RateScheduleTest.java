package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.decentralizedai.model.ModelConfig;
import org.junit.jupiter.api.Test;

class RateScheduleTest {
    private static final RateSchedule FALLING = new RateSchedule(1000, 100, 0.1);

    @Property
    void share_onceRisen_fallsAndStaysWithinItsBounds(
            @ForAll @LongRange(min = 100, max = 3000) long done, @ForAll @LongRange(min = 0, max = 500) long later) {
        assertThat(FALLING.share(done)).isBetween(0.1, 1.0);
        assertThat(FALLING.share(done + later)).isLessThanOrEqualTo(FALLING.share(done));
    }

    @Test
    void share_risesFromATenth_fallsToTheFloor() {
        assertThat(FALLING.share(0)).isEqualTo(0.1);
        assertThat(FALLING.share(50)).isCloseTo(0.55, within(1e-12));
        assertThat(FALLING.share(100)).isEqualTo(1);
        assertThat(FALLING.share(550)).isCloseTo(0.55, within(1e-12));
        assertThat(FALLING.share(1000)).isCloseTo(0.1, within(1e-12));
        assertThat(RateSchedule.CONSTANT.share(123)).isEqualTo(1);
    }

    @Test
    void steps_ofARound_useItsShareAndKeepEverythingElse() {
        var recipe = Recipe.of("nano", ModelConfig.nano());
        long done = recipe.schedule().tokens() / 2;
        double rate = recipe.steps().learningRate();
        assertThat(recipe.steps(done))
                .isEqualTo(
                        recipe.steps().withLearningRate(rate * recipe.schedule().share(done)));
    }

    @Test
    void impossibleSchedules_areRefused() {
        assertThatThrownBy(() -> new RateSchedule(-1, 0, 1)).hasMessageContaining("tokens=-1");
        assertThatThrownBy(() -> new RateSchedule(10, 10, 1)).hasMessageContaining("warmup=10");
        assertThatThrownBy(() -> new RateSchedule(10, 0, 0)).hasMessageContaining("floor=0");
    }
}
