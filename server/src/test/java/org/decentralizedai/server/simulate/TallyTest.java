package org.decentralizedai.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TallyTest {
    @Test
    void lies_areTheShareOfEachRound() {
        var tally = new Tally();
        tally.accepted(0, true, 5);
        tally.accepted(1, false, 5);
        tally.accepted(0, true, 5);
        tally.accepted(1, true, 5);
        tally.accepted(2, false, 5);
        assertThat(tally.lies()).containsExactly(1.0, 0.5, 0.0);
        assertThat(tally.accepted).isEqualTo(5);
        assertThat(tally.acceptedTokens).isEqualTo(25);
    }
}
