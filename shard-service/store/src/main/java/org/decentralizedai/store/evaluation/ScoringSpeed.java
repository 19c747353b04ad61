package org.decentralizedai.store.evaluation;

import org.decentralizedai.model.ModelConfig;

/** How many tokens PyTorch scores on one core in a given time. */
final class ScoringSpeed {
    private static final double FLOPS_PER_SECOND = 4e9;

    private ScoringSpeed() {}

    /** A forward pass is a third of a training step's operations. */
    static double tokens(ModelConfig config, double seconds) {
        return seconds * FLOPS_PER_SECOND / (config.trainingFlopsPerToken() / 3);
    }
}
