package org.decentralizedai.worker.bench;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Measures rivals in turn: peer, ours, peer, ours ... A round repeats its work for at least {@link #ROUND}. Before a round
 * the other's threads get time to stop spinning (OpenBLAS' wait for 30 ms, OpenMP's for some more), and the work is run once
 * untimed.
 */
final class Rounds {
    private static final long ROUND = TimeUnit.MILLISECONDS.toNanos(150), CALM = TimeUnit.MILLISECONDS.toNanos(120);
    private static final long WARM_UP = TimeUnit.MILLISECONDS.toNanos(1000);

    private final int rounds;
    private final String seconds;
    private final LongSupplier clock; // nanoseconds

    /** @param cpu seconds of the calling thread's processor time, not of the clock */
    Rounds(int rounds, boolean cpu) {
        seconds = cpu ? "processor" : "clock";
        clock = cpu ? ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime : System::nanoTime;
        if (rounds < 1) throw new IllegalArgumentException("rounds must be >= 1: rounds=" + rounds);
        this.rounds = rounds;
    }

    /** Runs per second of both. */
    Result inTurn(Runnable ours, Runnable peer) {
        double[][] both = inTurn(List.of(peer, ours));
        return new Result(seconds, both[1], both[0]);
    }

    /** Runs per second of each, by rounds. */
    double[][] inTurn(List<Runnable> rivals) {
        for (Runnable rival : rivals) run(rival, WARM_UP);
        double[][] rates = new double[rivals.size()][rounds];
        for (int i = 0; i < rounds; i++)
            for (int rival = 0; rival < rates.length; rival++) rates[rival][i] = round(rivals.get(rival));
        return rates;
    }

    /** Whose the seconds are. */
    String seconds() {
        return seconds;
    }

    record Result(String seconds, double[] ours, double[] peer) {
        /** In units of which one run makes {@code perRun}. */
        Line line(
                String benchmark,
                String what,
                String unit,
                double perRun,
                int threads,
                String peerName,
                double difference) {
            return new Line(
                    benchmark,
                    what,
                    unit,
                    threads,
                    seconds,
                    Measured.of("ours", times(ours, perRun)),
                    Measured.of(peerName, times(peer, perRun)),
                    Measured.of("ours / peer", ratios()),
                    Measured.rounded(difference));
        }

        private double[] ratios() {
            double[] ratios = new double[ours.length];
            for (int i = 0; i < ratios.length; i++) ratios[i] = ours[i] / peer[i];
            return ratios;
        }

        private static double[] times(double[] values, double factor) {
            return Arrays.stream(values).map(value -> value * factor).toArray();
        }
    }

    private double round(Runnable work) {
        long calm = System.nanoTime() + CALM;
        while (System.nanoTime() < calm) LockSupport.parkNanos(calm - System.nanoTime());
        work.run();
        return run(work, ROUND);
    }

    private double run(Runnable work, long atLeast) {
        long start = clock.getAsLong(), now;
        int runs = 0;
        do {
            work.run();
            runs++;
            now = clock.getAsLong();
        } while (now - start < atLeast);
        return 1e9 * runs / (now - start);
    }
}
