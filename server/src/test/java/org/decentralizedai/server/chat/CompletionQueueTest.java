package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.StoredKey;
import org.decentralizedai.server.chat.Caller.KeyHolder;
import org.decentralizedai.server.chat.Caller.Visitor;
import org.decentralizedai.server.chat.CompletionQueue.Place;
import org.junit.jupiter.api.Test;

class CompletionQueueTest {
    private static final Duration NOW = Duration.ZERO;
    private static final Caller PAYER = payer(1);

    private final CompletionQueue queue = new CompletionQueue(1, 2);

    private static Caller payer(int account) {
        return new KeyHolder(
                new StoredKey("key_" + account, "acct_" + account, KeyTerms.named("k"), "sk-dai-", 0, null, null));
    }

    private static Caller visitor(int household) {
        return new Visitor("203.0.113." + household);
    }

    private static void assertFull(CompletionQueue queue, Caller caller) {
        assertThatThrownBy(() -> queue.enter(caller))
                .isInstanceOfSatisfying(
                        ChatException.class, e -> assertThat(e.error()).isEqualTo(ChatError.QUEUE_FULL));
    }

    @Test
    void enter_workersAndQueueFull_isRefused() {
        queue.enter(visitor(1));
        queue.enter(payer(1));
        queue.enter(payer(2));
        assertFull(queue, payer(3));
        assertFull(queue, visitor(2));
    }

    @Test
    void await_workerFree_firstComeFirstServed() throws InterruptedException {
        var first = queue.enter(PAYER);
        var second = queue.enter(PAYER);
        assertThat(second.await(NOW)).as("second before first").isFalse();
        assertThat(first.await(NOW)).isTrue();
        assertThat(second.await(NOW)).as("both at one worker").isFalse();
        first.close();
        assertThat(second.await(NOW)).isTrue();
    }

    @Test
    void close_whileWaiting_nextMovesUp() throws InterruptedException {
        var first = queue.enter(visitor(1));
        var second = queue.enter(visitor(2));
        first.close();
        first.close();
        assertThat(queue.occupied()).isEqualTo(1);
        assertThat(second.await(NOW)).isTrue();
    }

    @Test
    void visitors_leaveHalfOfTheQueueToWhoPays() {
        var large = new CompletionQueue(1, 8);
        var places = IntStream.range(0, 5)
                .mapToObj(household -> large.enter(visitor(household)))
                .toList();
        assertFull(large, visitor(5));
        for (int i = 0; i < 4; i++) large.enter(PAYER);
        assertFull(large, PAYER);
        places.getFirst().close();
        large.enter(visitor(5));
    }

    @Test
    void visitors_whilePayersCompute_mayWaitInHalfOfTheQueueOnly() throws InterruptedException {
        var large = new CompletionQueue(1, 8);
        assertThat(large.enter(PAYER).await(NOW)).isTrue();
        for (int household = 0; household < 4; household++) large.enter(visitor(household));
        assertFull(large, visitor(4));
    }

    @Test
    void oneCustomer_leavesHalfOfAllPlacesToOthers_withWhicheverKeys() throws InterruptedException {
        var large = new CompletionQueue(1, 8);
        var first = large.enter(PAYER);
        assertThat(first.await(NOW)).isTrue();
        for (int i = 1; i < 5; i++) large.enter(PAYER);
        assertFull(large, PAYER);
        large.enter(payer(2));
        first.close();
        large.enter(PAYER);
    }

    @Test
    void customersTogether_leaveOnePlaceToVisitors() {
        var large = new CompletionQueue(1, 8);
        for (int i = 0; i < 8; i++) large.enter(payer(i));
        assertFull(large, payer(8));
        large.enter(visitor(1));
    }

    @Test
    void noQueue_aPayerAtAFreeWorkerIsServed() {
        var none = new CompletionQueue(1, 0);
        none.enter(PAYER).close();
        none.enter(visitor(1));
        assertFull(none, PAYER);
    }

    @Test
    void oneHousehold_leavesHalfOfTheVisitorsPlacesToOthers() {
        var large = new CompletionQueue(1, 8);
        large.enter(visitor(1));
        var second = large.enter(visitor(1));
        assertFull(large, visitor(1));
        large.enter(visitor(2));
        second.close();
        large.enter(visitor(1));
    }

    @Test
    void payersGoFirst_andEveryFourthTurnIsAVisitors() throws InterruptedException {
        var large = new CompletionQueue(1, 20);
        var waiting = new ArrayList<Map.Entry<String, Place>>();
        for (int i = 0; i < 3; i++) waiting.add(Map.entry("visitor", large.enter(visitor(i))));
        for (int i = 0; i < 7; i++) waiting.add(Map.entry("payer", large.enter(PAYER)));
        var turns = new ArrayList<String>();
        while (!waiting.isEmpty()) {
            for (var one : List.copyOf(waiting)) {
                if (!one.getValue().await(NOW)) continue;
                turns.add(one.getKey());
                waiting.remove(one);
                one.getValue().close();
                break;
            }
        }
        assertThat(turns)
                .containsExactly(
                        "payer", "payer", "payer", "visitor", "payer", "payer", "payer", "visitor", "payer", "visitor");
    }
}
