package org.decentralizedai.worker;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** An inbox that other threads put into. Thread-safe; under TeaVM its callers must be fibers, not bare callbacks. */
public final class EventQueue implements Inbox {
    private final Queue<Event> events = new ArrayDeque<>();
    private final Clock clock;

    public EventQueue(Clock clock) {
        this.clock = clock;
    }

    public synchronized void put(Event event) {
        events.add(event);
        notifyAll();
    }

    @Override
    public synchronized @Nullable Event next(double millis) {
        double deadline = clock.millis() + millis;
        for (double left = millis; events.isEmpty() && left > 0; left = deadline - clock.millis()) waitUpTo(left);
        return events.poll();
    }

    private void waitUpTo(double millis) {
        try {
            wait((long) Math.ceil(millis));
        } catch (InterruptedException _) { // whoever interrupts a worker wants it to end
            events.add(new Event.Stop());
        }
    }
}
