package org.decentralizedai.billing.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
    private static final Party ACCOUNT = new Party("account", new Rate(3, 100));
    private static final Party KEY = new Party("key", new Rate(2, 1000));

    private long nanos = 1;
    private final RateLimits limits = new RateLimits(new TimeMeter() {
        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    });

    @Test
    void requests_endAtTheLimit_andComeBackWithTime() {
        for (int i = 0; i < 3; i++)
            assertThat(limits.ask(List.of(ACCOUNT), 1).allowed()).isTrue();
        var refused = limits.ask(List.of(ACCOUNT), 1);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.patience()).isEqualTo(Duration.ofSeconds(20));
        assertThat(refused.requests()).isEqualTo(new Allowance.Left(3, 0, Duration.ofMinutes(1)));
        nanos += Duration.ofSeconds(20).toNanos();
        assertThat(limits.ask(List.of(ACCOUNT), 1).allowed()).isTrue();
    }

    @Test
    void tokens_endAtTheLimit_withoutCostingARequest() {
        assertThat(limits.ask(List.of(ACCOUNT), 90).tokens().remaining()).isEqualTo(10);
        for (int i = 0; i < 5; i++)
            assertThat(limits.ask(List.of(ACCOUNT), 11).allowed()).isFalse();
        assertThat(limits.ask(List.of(ACCOUNT), 10).allowed()).isTrue();
        limits.giveBack(List.of(ACCOUNT), 90, 40);
        assertThat(limits.ask(List.of(ACCOUNT), 50).allowed()).isTrue();
    }

    @Test
    void moreThanAMinute_isAWholeMinute() {
        assertThat(limits.ask(List.of(ACCOUNT), 5000).allowed()).isTrue();
        assertThat(limits.ask(List.of(ACCOUNT), 1).allowed()).isFalse();
        limits.giveBack(List.of(ACCOUNT), 5000, 4000); // more than the minute was used
        assertThat(limits.ask(List.of(ACCOUNT), 1).allowed()).isFalse();
    }

    @Test
    void twoParties_theTighterOneCounts_andRefusalTakesFromNone() {
        for (int i = 0; i < 2; i++)
            assertThat(limits.ask(List.of(ACCOUNT, KEY), 10).allowed()).isTrue();
        var refused = limits.ask(List.of(ACCOUNT, KEY), 10);
        assertThat(refused.allowed()).isFalse();
        assertThat(refused.requests().limit()).isEqualTo(2);
        assertThat(refused.tokens().limit()).isEqualTo(100);
        assertThat(limits.ask(List.of(ACCOUNT), 80).allowed())
                .as("the account's share was given back")
                .isTrue();
    }
}
