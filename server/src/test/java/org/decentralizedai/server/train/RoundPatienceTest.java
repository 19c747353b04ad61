package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
    private Recipe recipe = TestRun.recipe(1); // a lease is 30 s
    private final Round round = new Round(
            3, new RoundFiles(HASH, HASH, 1, null, null, null, null), 0, 0, null, null, null, clock.millis(), false);

    private static List<Task> tasks(int done, int all) {
        return IntStream.range(0, all)
                .mapToObj(i -> task(i, i < done ? State.DONE : State.LEASED, 16))
                .toList();
    }

    private static Task task(int index, State state, int windows) {
        return new Task(index, 3, index, state, "w", 1, null, null, false, 0, 0, windows, 1, windows, null);
    }

    private boolean isOver(int done, int all) {
        return patience.isOver(round, recipe, tasks(done, all), tasks(done, all), 1);
    }

    @Test
    void enough_isThreeQuartersOfTheWindows_notOfTheTasks() {
        var small = List.of(task(0, State.DONE, 2), task(1, State.DONE, 2), task(2, State.DONE, 2));
        var large = List.of(task(3, State.LEASED, 16));
        clock.advance(Duration.ofSeconds(1));
        assertThat(isOverAfterPatience(concat(small, large))).isFalse();
        assertThat(isOverAfterPatience(concat(small, List.of(task(3, State.LEASED, 2)))))
                .isTrue();
    }

    @Test
    void enough_isWhatTheRecipeWantsAtLeast() {
        var one = List.of(task(0, State.DONE, 16), task(1, State.LEASED, 1));
        assertThat(isOverAfterPatience(one)).isTrue();
        recipe = TestRun.recipe(2);
        assertThat(isOverAfterPatience(one)).isFalse();
    }

    private static List<Task> concat(List<Task> some, List<Task> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private boolean isOverAfterPatience(List<Task> tasks) {
        patience.isOver(round, recipe, tasks, tasks, 1);
        clock.advance(Duration.ofHours(1));
        return patience.isOver(round, recipe, tasks, tasks, 1);
    }

    @Test
    void isOver_waitsForNobodyWhoseTimeHasEnded() {
        var all = tasks(1, 4);
        assertThat(patience.isOver(round, recipe, all, all.subList(0, 1), 1))
                .as("fewer than the least")
                .isFalse();
        all = tasks(2, 4);
        assertThat(patience.isOver(round, recipe, all, all, 1)).isFalse();
        assertThat(patience.isOver(round, recipe, all, all.subList(0, 2), 1)).isFalse();
        clock.advance(Duration.ofSeconds(30));
        assertThat(patience.isOver(round, recipe, all, all.subList(0, 2), 1)).isTrue();
        assertThat(patience.isOver(round, recipe, all, all, 1)).isFalse();
    }

    /** Else it would end before the last of four tasks of everybody. */
    @Test
    void enough_whereEachComputesSeveral_isAllButAQuarterOfTheLast() {
        clock.advance(Duration.ofSeconds(240));
        assertThat(isOverAfterPatience(14, 4)).isFalse();
        assertThat(isOverAfterPatience(15, 4)).isTrue();
        assertThat(isOverAfterPatience(13, 2)).isFalse();
        assertThat(isOverAfterPatience(14, 2)).isTrue();
    }

    /** Of sixteen, after a tenth of the time that one of them took. */
    private boolean isOverAfterPatience(int done, int each) {
        var patience = new RoundPatience(clock);
        var tasks = tasks(done, 16);
        assertThat(patience.isOver(round, recipe, tasks, tasks, each)).isFalse();
        clock.advance(Duration.ofMillis((clock.millis() - round.openedAtMillis()) / 10 / each + 1));
        return patience.isOver(round, recipe, tasks, tasks, each);
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
        assertThat(slow.isOver(round, recipe, tasks(3, 4), tasks(3, 4), 1)).isFalse();
        clock.advance(Duration.ofSeconds(30));
        assertThat(slow.isOver(round, recipe, tasks(3, 4), tasks(3, 4), 1)).isTrue();
    }
}
