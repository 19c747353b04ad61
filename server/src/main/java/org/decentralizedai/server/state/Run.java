package org.decentralizedai.server.state;

import org.decentralizedai.wire.Sha256;

/**
 * One model trained on one corpus.
 *
 * @param model config.json
 * @param recipe JSON
 * @param corpus manifest of the corpus
 * @param bigramSample bits per byte of a bigram table of the training text on the held-out sample
 * @param bigramAll the same on the whole held-out split
 */
public record Run(
        String id,
        String modelName,
        String model,
        String recipe,
        Sha256 corpus,
        long seed,
        double bigramSample,
        double bigramAll,
        boolean paused) {}
