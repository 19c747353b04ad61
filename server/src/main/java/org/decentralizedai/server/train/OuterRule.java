package org.decentralizedai.server.train;

import org.jspecify.annotations.Nullable;

/**
 * What step a round's mean update becomes. A rule without memory of its own gives the same bytes when a round that a crash cut
 * is closed again; one with memory is for trainings that end with their process.
 */
@FunctionalInterface
public interface OuterRule {

    /** Called once when a round is closed. @param momentum of the step before; null for zeros */
    Step step(float[] mean, float @Nullable [] momentum);

    /** Of one round. */
    interface Step {

        /** What is subtracted from parameter {@code i}. */
        double at(int i);

        /** Kept for the next round, as long as the weights; null for zeros. */
        float @Nullable [] momentum();
    }
}
