package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class StopMatcherTest {
    @Test
    void accept_stopTextOverThreePieces_isWithheld() {
        var matcher = new StopMatcher(List.of("END"));
        assertThat(matcher.accept("one E")).isEqualTo("one ");
        assertThat(matcher.accept("N")).isEmpty();
        assertThat(matcher.accept("D two")).isEmpty();
        assertThat(matcher.stopped()).isTrue();
        assertThat(matcher.finish()).isEmpty();
    }

    @Test
    void finish_beginningOfStopText_isShown() {
        var matcher = new StopMatcher(List.of("END"));
        assertThat(matcher.accept("the EN")).isEqualTo("the ");
        assertThat(matcher.finish()).isEqualTo("EN");
        assertThat(matcher.stopped()).isFalse();
    }

    /** Two letters only, so that stop texts overlap with themselves, with one another and with the cuts. */
    @Property(tries = 2000)
    void accept_anyPieces_showsWhatStandsBeforeTheFirstStopText(
            @ForAll("pieces") List<String> pieces, @ForAll("stops") List<String> stops) {
        var matcher = new StopMatcher(stops);
        var shown = new StringBuilder();
        for (String piece : pieces) {
            shown.append(matcher.accept(piece));
            if (matcher.stopped()) break;
        }
        if (!matcher.stopped()) shown.append(matcher.finish());

        String whole = String.join("", pieces);
        int cut = cut(whole, stops);
        assertThat(matcher.stopped()).isEqualTo(cut >= 0);
        assertThat(shown).hasToString(cut < 0 ? whole : whole.substring(0, cut));
    }

    /** Where the stop text begins that is complete first, the longest of those; -1 without one. */
    private static int cut(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String before = text.substring(0, end);
            int longest = stops.stream()
                    .filter(before::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) return end - longest;
        }
        return -1;
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        return Arbitraries.strings().withChars('a', 'b').ofMaxLength(4).list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<List<String>> stops() {
        return Arbitraries.strings()
                .withChars('a', 'b')
                .ofMinLength(1)
                .ofMaxLength(6)
                .list()
                .ofMaxSize(4);
    }
}
