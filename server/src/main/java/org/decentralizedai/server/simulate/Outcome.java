package org.decentralizedai.server.simulate;

import java.util.List;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run.
 *
 * @param loss over the whole held-out text in disjoint windows, nats per token
 * @param weights hash of the last ones, in layout order
 * @param seconds simulated
 * @param caught null where nobody is audited
 */
record Outcome(
        double loss,
        int rounds,
        long tokens,
        int parameters,
        Sha256 weights,
        double seconds,
        Tally tally,
        @Nullable Caught caught,
        List<Point> points) {

    /**
     * A place of the curve.
     *
     * @param loss on a sample of the held-out windows, nats per token
     * @param computeSeconds of all workers up to here; null in lines of earlier versions, and without workers
     * @param onlineSeconds the same
     */
    record Point(
            int round,
            long tokens,
            long uploadBytes,
            double seconds,
            double loss,
            @Nullable Double computeSeconds,
            @Nullable Double onlineSeconds) {

        /** Without workers. */
        Point(int round, long tokens, double loss) {
            this(round, tokens, 0, 0, loss, null, null);
        }

        String sentence() {
            return "round %d, %,d tokens, %,.0f s: %.4f nats".formatted(round, tokens, seconds, loss);
        }
    }

    /** How many times smaller an average upload is than the same update in f32. */
    double compression() {
        long f32 = (long) Float.BYTES * parameters;
        return (double) f32 * (tally.accepted + tally.refused) / tally.uploadBytes;
    }
}
