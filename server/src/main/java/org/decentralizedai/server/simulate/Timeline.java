package org.decentralizedai.server.simulate;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Simulated time: events in the order of their moments, those of one moment in the order they were planned. */
final class Timeline extends Clock {
    private record Event(double second, long number, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingDouble(Event::second).thenComparingLong(Event::number));
    private double now;
    private long planned;

    /** Seconds since the simulation began. */
    double seconds() {
        return now;
    }

    void after(double seconds, Runnable action) {
        if (!(seconds >= 0)) throw new IllegalArgumentException("seconds must be >= 0: " + seconds);
        events.add(new Event(now + seconds, planned++, action));
    }

    /** Goes to the next event and runs it. */
    void step() {
        var next = events.poll();
        if (next == null) throw new IllegalStateException("nothing is planned any more");
        now = next.second();
        next.action().run();
    }

    /** Goes on for so long, with all that is planned for that time. */
    void pass(double seconds) {
        double end = now + seconds;
        for (var next = events.peek(); next != null && next.second() <= end; next = events.peek()) step();
        now = end;
    }

    @Override
    public long millis() {
        return (long) (1000 * now);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("simulated time is UTC");
    }
}
