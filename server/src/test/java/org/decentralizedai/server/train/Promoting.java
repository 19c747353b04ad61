package org.decentralizedai.server.train;

import org.decentralizedai.server.state.Promotion;

/** Promotes a checkpoint as the judge does, without judging it. */
public final class Promoting {
    private Promoting() {}

    public static void promote(Training training, Candidate candidate) {
        var files = candidate.round().files();
        var report = new Promotion(
                candidate.round().number(), files.manifest(), files.checkpoint(), 1, 0, true, "by a test", 0);
        ((PromotedPointer) training.promotions()).decide(report);
    }
}
