package org.decentralizedai.server.simulate;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What closing a round takes in truth: by the clock, while nobody else computes, and of this thread, that does most of it. What happens
 * meanwhile in simulated time is left out.
 */
final class Closings {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final List<Cost> costs = new ArrayList<>();
    private Cost apart = Cost.NONE;

    /** @param clock nanoseconds @param thread of the processor, in nanoseconds */
    private record Cost(long clock, long thread) {
        static final Cost NONE = new Cost(0, 0);

        static Cost of(Runnable action) {
            long clock = System.nanoTime(), thread = THREADS.getCurrentThreadCpuTime();
            action.run();
            return new Cost(System.nanoTime() - clock, THREADS.getCurrentThreadCpuTime() - thread);
        }

        Cost plus(Cost other) {
            return new Cost(clock + other.clock, thread + other.thread);
        }

        Cost minus(Cost other) {
            return new Cost(clock - other.clock, thread - other.thread);
        }
    }

    /** What may close a round. */
    void time(Runnable turn, BooleanSupplier closed) {
        apart = Cost.NONE;
        var cost = Cost.of(turn);
        if (closed.getAsBoolean()) costs.add(cost.minus(apart));
    }

    void apart(Runnable others) {
        apart = apart.plus(Cost.of(others));
    }

    /** The median of each. */
    String sentence() {
        long[] clock = costs.stream().mapToLong(Cost::clock).sorted().toArray();
        long[] thread = costs.stream().mapToLong(Cost::thread).sorted().toArray();
        int count = clock.length;
        if (count == 0) return "no round was closed";
        return "closing a round took %.1f s by the clock, %.1f s of this processor: medians of %d"
                .formatted(1e-9 * clock[count / 2], 1e-9 * thread[count / 2], count);
    }
}
