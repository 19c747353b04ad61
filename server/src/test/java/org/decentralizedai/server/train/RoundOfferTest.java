package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.TestRun;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.junit.jupiter.api.Test;

final class RoundOfferTest {
    private static final int LEAST = 12, MOST = 64;
    private static final Recipe RECIPE =
            TestRun.recipe(LEAST, MOST, UpdateEncoding.INT8).withTaskSeconds(60);
    private static final Fit WHOLE = Fit.whole(RECIPE.steps());

    private static Task task(State state, String worker, int windows) {
        return new Task(1, 3, 1, state, worker, 1, null, null, false, 0, 0, windows, 1, windows, null);
    }

    private static List<Task> tasks(int count, State state, String worker) {
        return IntStream.range(0, count)
                .mapToObj(i -> task(state, worker, state == State.FREE ? 0 : WHOLE.wanted()))
                .toList();
    }

    /** Four others at a task each, and so many of this worker's. */
    private static RoundOffer offer(int own, int each, double partLeft) {
        var tasks = new ArrayList<Task>(tasks(own, State.DONE, "fast"));
        for (String other : List.of("a", "b", "c", "d")) tasks.addAll(tasks(1, State.LEASED, other));
        return new RoundOffer(RECIPE, tasks, 0, each, partLeft);
    }

    @Test
    void share_ofOneThatAnswersAtOnce_isOneTaskMoreThanEachHas() {
        assertThat(offer(1, 1, 1).hasHadItsShare("fast", WHOLE)).isFalse();
        assertThat(offer(2, 1, 1).hasHadItsShare("fast", WHOLE)).isTrue();
        assertThat(offer(4, 4, 1).hasHadItsShare("fast", WHOLE)).isFalse();
        assertThat(offer(5, 4, 1).hasHadItsShare("fast", WHOLE)).isTrue();
        assertThat(offer(5, 4, 1).hasHadItsShare("a", WHOLE)).isFalse();
        assertThat(offer(5, 4, 0).hasHadItsShare("fast", WHOLE))
                .as("the time is over")
                .isFalse();
    }

    @Test
    void share_amongThree_hasNoLimit() {
        var tasks = Stream.of("fast", "fast", "fast", "a", "b")
                .flatMap(worker -> tasks(1, State.LEASED, worker).stream())
                .toList();
        assertThat(new RoundOffer(RECIPE, tasks, 0, 1, 1).hasHadItsShare("fast", WHOLE))
                .isFalse();
    }

    @Test
    void share_ofOneWhomTheOthersHaveLeft_hasNoLimit() {
        var tasks = Stream.of("fast", "fast", "fast", "a", "b", "c")
                .flatMap(worker -> tasks(1, State.DONE, worker).stream())
                .toList();
        assertThat(new RoundOffer(RECIPE, tasks, 0, 1, 1).hasHadItsShare("fast", WHOLE))
                .isFalse();
    }

    @Test
    void another_isGivenWhileThereIsTime() {
        var all = tasks(LEAST, State.LEASED, "a");
        assertThat(new RoundOffer(RECIPE, all, 0, 2, 0.5).hasAnother(6)).isTrue();
        assertThat(new RoundOffer(RECIPE, all, 0, 2, 0.1).hasAnother(6)).isFalse();
        assertThat(new RoundOffer(RECIPE, all, 0, 1, 0.1).hasAnother(LEAST + 1))
                .as("one for each")
                .isTrue();
        assertThat(new RoundOffer(RECIPE, all, 1, 2, 0.1).hasAnother(6))
                .as("for one that is not waited for")
                .isTrue();
        var twice = tasks(2 * LEAST, State.LEASED, "a");
        assertThat(new RoundOffer(RECIPE, twice, 0, 2, 1).hasAnother(6)).isFalse();
    }

    @Test
    void deserted_isARoundThatLacksTasks_whenItsTimeIsOverAndNobodyIsAtIt() {
        var free = tasks(5, State.FREE, "");
        assertThat(isDeserted(concat(free, tasks(11, State.DONE, "a")), 0)).isTrue();
        assertThat(isDeserted(concat(free, tasks(11, State.DONE, "a")), 0.01)).isFalse();
        assertThat(isDeserted(concat(free, tasks(12, State.DONE, "a")), 0)).isFalse();
        var busy = concat(tasks(1, State.LEASED, "b"), tasks(3, State.DONE, "a"));
        assertThat(isDeserted(busy, 0)).isFalse();
    }

    private static boolean isDeserted(List<Task> tasks, double partLeft) {
        return new RoundOffer(RECIPE, tasks, 0, 2, partLeft).isDeserted();
    }

    private static List<Task> concat(List<Task> some, List<Task> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }
}
