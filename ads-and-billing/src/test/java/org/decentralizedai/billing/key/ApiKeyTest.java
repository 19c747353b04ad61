package org.decentralizedai.billing.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ApiKeyTest {
    @Property(tries = 300)
    void generated_isReadBack(@ForAll long seed) {
        var key = ApiKey.generate(new Random(seed));
        assertThat(key.reveal()).hasSize(56).matches("sk-dai-[0-9A-Za-z]{49}");
        assertThat(ApiKey.parse(key.reveal()).orElseThrow().hash())
                .isEqualTo(key.hash())
                .matches("[0-9a-f]{64}");
    }

    /** A CRC finds every single changed character. */
    @Property(tries = 1000)
    void anyCharacterChanged_isNoKey(
            @ForAll long seed, @ForAll @IntRange(max = 55) int at, @ForAll("characters") char to) {
        String text = ApiKey.generate(new Random(seed)).reveal();
        if (text.charAt(at) == to) return;
        assertThat(ApiKey.parse(text.substring(0, at) + to + text.substring(at + 1)))
                .isEmpty();
    }

    @Provide
    Arbitrary<Character> characters() {
        return Arbitraries.chars().range('0', '9').range('a', 'z').range('A', 'Z');
    }

    @Property(tries = 100)
    void printed_showsItsBeginningOnly(@ForAll long seed) {
        var key = ApiKey.generate(new Random(seed));
        assertThat(key.toString()).hasSize(16);
        assertThat(new NewKey(KeyStoreTest.stored(), key).toString())
                .doesNotContain(key.reveal().substring(14));
    }

    @Property(tries = 200)
    void anyText_isNoKey(@ForAll String text) {
        assertThat(ApiKey.parse(text)).isEmpty();
    }
}
