package org.decentralizedai.server.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PublicNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"Ada", "李雷", "Zoë & Søren", "O'Neill <3", "R2", "a team @ sea"})
    void of_printable_isKept(String name) {
        assertThat(PublicName.of(name).text()).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "   a   ",
                "ada@example.org",
                "mail ada@example.org!",
                "--",
                "tab\u0000zero",
                "right\u202Eleft",
                "zero\u200Bwidth",
                "private\uE000",
                "half\uD800",
                "0123456789012345678901234567890123456789x"
            })
    void of_other_isRefusedWithASentence(String name) {
        assertThatThrownBy(() -> PublicName.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a name ");
    }

    @Test
    void key_caseSpacesAndWidth_makeNoDifference() {
        assertThat(PublicName.of(" The\tWHALES ").key())
                .isEqualTo(PublicName.of("the whales").key())
                .isEqualTo(PublicName.of("ｔｈｅ\u00A0ｗｈａｌｅｓ").key());
    }
}
