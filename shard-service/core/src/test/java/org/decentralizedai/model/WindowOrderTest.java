package org.decentralizedai.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WindowOrderTest {
    @Property(tries = 200)
    void order_anySeed_isAPermutation(@ForAll long seed, @ForAll @IntRange(max = 3000) int count) {
        var order = new WindowOrder(seed, count);
        assertThat(IntStream.range(0, count).map(order::window).sorted())
                .containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
    }

    @Property
    void count_lastWindow_hasItsTarget(
            @ForAll @IntRange(max = 10_000) int tokens, @ForAll @IntRange(min = 1, max = 99) int context) {
        int windows = WindowOrder.count(tokens, context);
        assertThat(windows * context + 1).isLessThanOrEqualTo(Math.max(1, tokens));
        assertThat((windows + 1) * context + 1).isGreaterThan(tokens);
    }
}
