package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.state.MutableClock;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;

final class RoundPatienceTest {
    private static final Sha256 HASH = new Sha256("ab".repeat(32));

    private final MutableClock clock = new MutableClock();
    private final RoundPatience patience = new RoundPatience(clock);
    private final Recipe recipe = TestRun.recipe(1); // a lease is 30 s
    private final Round round = new Round(
            3, new RoundFiles(HASH, HASH, 1, null, null, null, null), 0, 0, null, null, null, clock.millis(), false);

    private static List<Task> tasks(int done, int all) {
        return IntStream.range(0, all)
                .mapToObj(i -> new Task(i, 3, i, i < done ? State.DONE : State.LEASED, "w", 1, null, null, false))
                .toList();
    }

    private boolean isOver(int done, int all) {
        return patience.isOver(round, recipe, tasks(done, all));
    }

    @Test
    void enough_isThreeQuarters_andAllOfASmallRound() {
        assertThat(IntStream.rangeClosed(1, 8).map(tasks -> RoundPatience.enough(tasks, 1)))
                .containsExactly(1, 2, 3, 3, 4, 5, 6, 6);
        assertThat(RoundPatience.enough(8, 7)).as("and what the recipe wants").isEqualTo(7);
    }

    @Test
    void allDone_isOverAtOnce() {
        assertThat(isOver(4, 4)).isTrue();
    }

    @Test
    void fewerThanThreeQuarters_areWaitedForWithoutEnd() {
        assertThat(isOver(2, 4)).isFalse();
        clock.advance(Duration.ofDays(1));
        assertThat(isOver(2, 4)).isFalse();
    }

    @Test
    void enough_waitsATenthOfTheTimeTheyTook() {
        clock.advance(Duration.ofSeconds(60));
        assertThat(isOver(3, 4)).isFalse();
        clock.advance(Duration.ofMillis(5999));
        assertThat(isOver(3, 4)).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(isOver(3, 4)).isTrue();
    }

    @Test
    void patience_isASecondAtLeastAndALeaseAtMost() {
        assertThat(isOver(3, 4)).isFalse();
        clock.advance(Duration.ofMillis(999));
        assertThat(isOver(3, 4)).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(isOver(3, 4)).isTrue();

        var slow = new RoundPatience(clock);
        clock.advance(Duration.ofHours(1));
        assertThat(slow.isOver(round, recipe, tasks(3, 4))).isFalse();
        clock.advance(Duration.ofSeconds(30));
        assertThat(slow.isOver(round, recipe, tasks(3, 4))).isTrue();
    }
}
