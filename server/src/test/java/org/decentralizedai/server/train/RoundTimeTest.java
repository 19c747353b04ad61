package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.state.MutableClock;
import org.junit.jupiter.api.Test;

final class RoundTimeTest {
    private final MutableClock clock = new MutableClock();
    private final RoundTime time = new RoundTime(clock);
    private final Recipe recipe = TestRun.recipe(1);

    @Test
    void partLeft_countsFromTheFirstTaskOfTheRound() {
        assertThat(time.partLeft(3, recipe, 4)).as("whole tasks").isEqualTo(1);
        var sized = recipe.withTaskSeconds(40);
        clock.advance(Duration.ofMinutes(5));
        assertThat(time.partLeft(3, sized, 4)).as("nobody was there").isEqualTo(1);
        time.given(3, 1);
        clock.advance(Duration.ofSeconds(10));
        time.given(3, 1);
        assertThat(time.partLeft(3, sized, 1)).isEqualTo(0.75);
        clock.advance(Duration.ofSeconds(50));
        assertThat(time.partLeft(3, sized, 1)).isZero();
        assertThat(time.partLeft(4, sized, 1)).as("the next round").isEqualTo(1);
    }

    @Test
    void partLeft_ofFewWorkers_countsAllTheirTasksOfTheRound() {
        var sized = TestRun.recipe(4).withTaskSeconds(40);
        time.given(3, 1);
        clock.advance(Duration.ofSeconds(30));
        assertThat(time.partLeft(3, sized, 4)).as("one each").isEqualTo(0.25);
        assertThat(time.partLeft(3, sized, 3)).as("two for one of them").isEqualTo(1);
        clock.advance(Duration.ofSeconds(30));
        assertThat(time.partLeft(3, sized, 4)).isZero();
        assertThat(time.partLeft(3, sized, 2)).as("two each").isEqualTo(0.5);
        assertThat(time.partLeft(3, sized, 1)).as("all of them").isEqualTo(1);
        assertThat(time.partLeft(3, sized, 0)).isEqualTo(1);
        clock.advance(Duration.ofHours(1));
        assertThat(time.partLeft(3, sized, 1)).isZero();
    }

    @Test
    void round_isNotLongerBecauseSomeHaveLeft() {
        var sized = TestRun.recipe(4).withTaskSeconds(40);
        time.given(3, 1);
        time.given(3, 4);
        clock.advance(Duration.ofSeconds(50));
        assertThat(time.partLeft(3, sized, 2)).isZero();
        assertThat(time.tasksEach(3, sized, 2)).isEqualTo(1);
        assertThat(time.tasksEach(4, sized, 2)).as("the next").isEqualTo(2);
    }

    @Test
    void round_thatEverybodyHasLeft_hasItsTimeWhenSomebodyComesBack() {
        var sized = TestRun.recipe(4).withTaskSeconds(40);
        time.given(3, 4);
        clock.advance(Duration.ofHours(8));
        time.anew(3);
        assertThat(time.partLeft(3, sized, 1)).isEqualTo(1);
        clock.advance(Duration.ofSeconds(150));
        assertThat(time.partLeft(3, sized, 1)).as("of all four tasks").isEqualTo(0.25);
    }

    /** A round that takes so long from its first task on. */
    private void round(int number, double seconds) {
        time.given(number, 1);
        clock.advance(Duration.ofMillis((long) (1000 * seconds)));
        time.over(number, recipe.withTaskSeconds(60));
    }

    @Test
    void taskSeconds_whereRoundsAreShort_areHalfAsMuchAgain() {
        var sized = recipe.withTaskSeconds(60);
        assertThat(time.taskSeconds(sized)).as("not known yet").isEqualTo(60);
        round(0, 8);
        assertThat(time.taskSeconds(sized))
                .as("it may have begun before this process")
                .isEqualTo(60);
        round(1, 8);
        assertThat(time.taskSeconds(sized)).as("not all at once").isEqualTo(22.5);
        assertThat(time.taskSeconds(recipe)).as("whole tasks").isZero();
        round(2, 10);
        round(3, 9);
        assertThat(time.taskSeconds(sized)).isEqualTo(15);
        round(4, 500);
        assertThat(time.taskSeconds(sized)).as("one alone").isEqualTo(15);
        round(5, 500);
        assertThat(time.taskSeconds(sized)).isEqualTo(60);
        for (int i = 6; i < 40; i++) round(i, 0.01);
        assertThat(time.taskSeconds(sized)).as("a second a round, at least").isEqualTo(1.5);
    }

    @Test
    void taskSeconds_ofDevicesThatAreDoneInTime_growBack() {
        var sized = recipe.withTaskSeconds(60);
        for (int i = 0; i < 20; i++) round(i, 2);
        for (int i = 20; i < 40; i++) round(i, time.taskSeconds(sized));
        assertThat(time.taskSeconds(sized)).isEqualTo(60);
    }
}
