package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SentTokensTest {
    private final SentTokens tokens = new SentTokens();

    @Test
    void heldBackText_isNotSent() {
        tokens.made(3);
        tokens.made(2);
        assertThat(tokens.sent(4)).as("the second has one character to go").isEqualTo(1);
        assertThat(tokens.sent(0)).isZero();
        assertThat(tokens.sent(1)).isEqualTo(1);
    }

    @Test
    void partsOfACharacter_areSentWithIt() {
        tokens.made(1);
        tokens.made(0);
        tokens.made(0);
        assertThat(tokens.sent(1)).isEqualTo(1);
        tokens.made(1);
        assertThat(tokens.sent(0)).isZero();
        assertThat(tokens.sent(1)).isEqualTo(3);
    }
}
