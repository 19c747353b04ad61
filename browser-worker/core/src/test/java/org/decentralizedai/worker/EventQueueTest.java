package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EventQueueTest {
    private final EventQueue queue = new EventQueue(() -> System.nanoTime() / 1e6);

    @Test
    @Timeout(20)
    void next_putByAnotherThread_wakesAndKeepsOrder() throws InterruptedException {
        var events = new ArrayList<Event>();
        for (int i = 0; i < 1000; i++) events.add(i % 2 == 0 ? new Event.Wake() : new Event.Stop());
        Thread writer = Thread.ofPlatform().start(() -> events.forEach(queue::put));
        for (Event expected : events) assertThat(queue.next(10_000)).isSameAs(expected);
        writer.join();
        assertThat(queue.next(0)).isNull();
    }

    @Test
    void next_nothingComes_returnsNullWhenTheTimeIsOver() {
        double before = System.nanoTime() / 1e6;
        assertThat(queue.next(30)).isNull();
        assertThat(System.nanoTime() / 1e6 - before).isGreaterThanOrEqualTo(30);
    }

    @Test
    @Timeout(20)
    void next_interrupted_stops() {
        Thread.currentThread().interrupt();
        assertThat(queue.next(10_000)).isInstanceOf(Event.Stop.class);
    }
}
