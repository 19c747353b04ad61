package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CompletionQueueTest {
    private static final Duration NOW = Duration.ZERO;

    private final CompletionQueue queue = new CompletionQueue(1, 2);

    @Test
    void enter_workersAndQueueFull_isRefused() {
        for (int i = 0; i < 3; i++) queue.enter();
        assertThatThrownBy(queue::enter)
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.error()).isEqualTo(ChatError.QUEUE_FULL));
    }

    @Test
    void await_workerFree_firstComeFirstServed() throws InterruptedException {
        var first = queue.enter();
        var second = queue.enter();
        assertThat(second.await(NOW)).as("second before first").isFalse();
        assertThat(first.await(NOW)).isTrue();
        assertThat(second.await(NOW)).as("both at one worker").isFalse();
        first.close();
        assertThat(second.await(NOW)).isTrue();
    }

    @Test
    void close_whileWaiting_nextMovesUp() throws InterruptedException {
        var first = queue.enter();
        var second = queue.enter();
        first.close();
        first.close();
        assertThat(queue.occupied()).isEqualTo(1);
        assertThat(second.await(NOW)).isTrue();
    }
}
