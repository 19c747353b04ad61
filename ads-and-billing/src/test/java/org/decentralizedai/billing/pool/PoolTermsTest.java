package org.decentralizedai.billing.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PoolTermsTest {
    @Test
    void delay_mustBeTwiceTheTimeUntilAnExitIsSeen() {
        int confirmations = 12;
        var poll = Duration.ofSeconds(6); // 12 blocks of 12 s and a poll are 150 s
        assertThat(delay(300).tooShort(confirmations, poll)).isFalse();
        assertThat(delay(299).tooShort(confirmations, poll)).isTrue();
    }

    private static PoolTerms delay(int seconds) {
        return new PoolTerms(BigInteger.ONE, Duration.ofSeconds(seconds));
    }
}
