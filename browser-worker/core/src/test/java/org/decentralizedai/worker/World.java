package org.decentralizedai.worker;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A clock and an inbox in simulated time: waiting takes no time, and everything happens in one order. */
final class World implements Clock, Inbox {
    private static final double END_OF_TIME = 24 * 3600 * 1000.0;

    private record Happening(double at, int order, Runnable action) {}

    private final PriorityQueue<Happening> future =
            new PriorityQueue<>(Comparator.comparing(Happening::at).thenComparing(Happening::order));
    private final Queue<Event> arrived = new ArrayDeque<>();
    private double now;
    private int order;

    @Override
    public double millis() {
        return now;
    }

    /** Somebody computes for so long. */
    void pass(double millis) {
        now += millis;
    }

    void in(double millis, Runnable action) {
        future.add(new Happening(now + millis, order++, action));
    }

    void put(Event event) {
        arrived.add(event);
    }

    @Override
    public @Nullable Event next(double millis) {
        if (now > END_OF_TIME) throw new AssertionError("nothing has ended this session for a day");
        double deadline = now + millis;
        while (arrived.isEmpty() && !future.isEmpty() && future.peek().at() <= deadline) happen();
        if (arrived.isEmpty()) now = Math.max(now, deadline);
        return arrived.poll();
    }

    private void happen() {
        Happening next = future.remove();
        now = Math.max(now, next.at());
        next.action().run();
    }
}
