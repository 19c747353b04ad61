package org.decentralizedai.store.evaluation;

import org.decentralizedai.model.ModelConfig;

/**
 * How many tokens PyTorch scores on one core in a given time. {@code SpeedBenchmark} measured 17 GFLOP/s for the smallest
 * preset and 23 to 39 for larger ones on one core with AVX-512; half of the least is assumed, because a server does other
 * work.
 */
final class ScoringSpeed {
    private static final double FLOPS_PER_SECOND = 8e9;

    private ScoringSpeed() {}

    /** A forward pass is a third of a training step's operations. */
    static long tokens(ModelConfig config, double seconds) {
        return (long) (seconds * FLOPS_PER_SECOND / (config.trainingFlopsPerToken() / 3));
    }
}
