package org.decentralizedai.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TokensTest {
    private static final int VOCABULARY = 9;

    @Property
    void indexed_listsEachPositionOnceUnderItsToken(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(max = VOCABULARY - 1) Integer> drawn) {
        int[] ids = drawn.stream().mapToInt(Integer::intValue).toArray();
        int[] all = Tokens.indexed(ids, VOCABULARY);
        int count = ids.length, starts = 2 * count;
        assertThat(all).startsWith(ids).hasSize(Tokens.length(count, VOCABULARY));
        assertThat(all[starts]).isZero();
        assertThat(all[starts + VOCABULARY]).isEqualTo(count);
        int last = -1;
        for (int v = 0; v < VOCABULARY; v++, last = -1)
            for (int i = all[starts + v]; i < all[starts + v + 1]; i++) {
                int position = all[count + i];
                assertThat(ids[position]).isEqualTo(v);
                assertThat(position).isGreaterThan(last);
                last = position;
            }
    }
}
