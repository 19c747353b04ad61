package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.decentralizedai.model.WindowOrder;
import org.decentralizedai.server.state.Work;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.Sha256;
import org.junit.jupiter.api.Test;

final class WindowScheduleTest {
    private static List<CorpusShard> shards(List<Integer> tokens) {
        var shards = new ArrayList<CorpusShard>();
        for (int i = 0; i < tokens.size(); i++)
            shards.add(new CorpusShard(new Sha256("%064x".formatted(i)), tokens.get(i)));
        return shards;
    }

    @Property(tries = 200)
    void windows_onePass_areDisjointAndExist(
            @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 2, max = 400) Integer> tokens,
            @ForAll @IntRange(min = 1, max = 9) int context,
            @ForAll @IntRange(min = 1, max = 6) int perPortion,
            @ForAll boolean rests,
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 3) int pass) {
        var shards = shards(tokens);
        int least = rests ? 1 : perPortion;
        if (shards.stream().allMatch(s -> WindowOrder.count(s.tokens(), context) < least)) return;
        var schedule = new WindowSchedule(shards, context, perPortion, rests, seed);
        var used = new HashSet<String>();
        for (int i = 0; i < schedule.portionsPerPass(); i++) {
            var data = schedule.windows((long) pass * schedule.portionsPerPass() + i);
            var shard = shards.stream()
                    .filter(s -> s.hash().equals(data.shard()))
                    .findFirst()
                    .orElseThrow();
            var order = new WindowOrder(data.seed(), WindowOrder.count(shard.tokens(), context));
            for (int rank = data.first(); rank < data.first() + data.count(); rank++)
                assertThat(used.add(shard.hash() + ":" + order.window(rank))).isTrue();
        }
        int all = shards.stream()
                .mapToInt(shard -> WindowOrder.count(shard.tokens(), context))
                .sum();
        assertThat(used).hasSize(rests ? all : perPortion * schedule.portionsPerPass());
    }

    @Test
    void windows_samePortion_sameAnswerWhateverWasAskedBefore() {
        var one = new WindowSchedule(shards(List.of(500, 700)), 8, 4, 42);
        var other = new WindowSchedule(shards(List.of(500, 700)), 8, 4, 42);
        var expected = one.windows(3);
        other.windows(100);
        other.windows(1000);
        assertThat(other.windows(3)).isEqualTo(expected);
    }

    @Property
    void windows_ofAWork_areThoseOfItsPortion(
            @ForAll @IntRange(min = 0, max = 100) int portion,
            @ForAll @IntRange(min = 0, max = 11) int first,
            @ForAll @IntRange(min = 1, max = 12) int steps,
            @ForAll @IntRange(min = 1, max = 3) int batch) {
        var schedule = new WindowSchedule(shards(List.of(500, 700)), 8, 12, 42);
        var whole = schedule.windows(portion);
        var work = new Work(portion, first, steps, batch);
        if (first + steps * batch > 12)
            assertThatThrownBy(() -> schedule.windows(work)).isInstanceOf(IllegalArgumentException.class);
        else
            assertThat(schedule.windows(work))
                    .isEqualTo(new CorpusWindows(whole.shard(), whole.seed(), whole.first() + first, steps * batch));
    }

    @Test
    void windows_restOfAShard_isASmallerPortion() {
        var schedule = new WindowSchedule(shards(List.of(8 * 100 + 1)), 8, 30, true, 42);
        assertThat(LongStream.range(0, schedule.portionsPerPass())
                        .mapToInt(portion -> schedule.windows(portion).count()))
                .containsExactlyInAnyOrder(30, 30, 30, 10);
    }

    @Test
    void windows_nextPass_shufflesAnew() {
        var schedule = new WindowSchedule(shards(List.of(500)), 8, 4, 42);
        assertThat(schedule.windows(0).seed())
                .isNotEqualTo(schedule.windows(schedule.portionsPerPass()).seed());
    }

    @Test
    void new_corpusTooSmall_saysSo() {
        assertThatThrownBy(() -> new WindowSchedule(shards(List.of(30)), 8, 4, 42))
                .hasMessageContaining("corpus is too small");
    }
}
