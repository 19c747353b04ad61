package org.decentralizedai.server.simulate;

import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** What the dishonest workers of a run know: all that is public, and, where they collude, what they agreed upon. */
final class Conspiracy {
    private static final double REACH = 0.98; // so that no rounding gives it away

    private final boolean colluding;
    private final double reach;
    private final long seed;

    private @Nullable Sha256 checkpoint;
    private float[] weights = {};
    private int round;
    private float @Nullable [] step; // that led to the checkpoint
    private float @Nullable [] heard; // an honest update of this round
    private float @Nullable [] heardBefore; // of the last
    private float @Nullable [] first; // of the accomplices in this round

    /** @param reach greatest change of a parameter that the server believes */
    Conspiracy(boolean colluding, double reach, long seed) {
        this.colluding = colluding;
        this.reach = REACH * reach;
        this.seed = seed;
    }

    boolean colluding() {
        return colluding;
    }

    /** How far one value may go. */
    double reach() {
        return reach;
    }

    /** A checkpoint is public. */
    void published(Sha256 hash, float[] published) {
        if (hash.equals(checkpoint)) return;
        if (checkpoint != null) {
            float[] change = new float[published.length];
            for (int i = 0; i < change.length; i++) change[i] = weights[i] - published[i];
            step = change;
        }
        checkpoint = hash;
        weights = published;
        round++;
        heardBefore = heard;
        heard = null;
        first = null;
    }

    /** An honest update was sent. */
    void hear(float[] update) {
        heard = update;
    }

    /** An honest update of the round before; null when there is none. */
    float @Nullable [] overheard() {
        return heardBefore;
    }

    /** What was subtracted from the weights before; null in the first round. */
    float @Nullable [] lastStep() {
        return step;
    }

    /** The update of the accomplice that was the first of this round. */
    float[] firstOfTheRound(float[] update) {
        if (first == null) first = update;
        return first;
    }

    float[] noiseOfTheRound(int length) {
        return noise(length, new SplitMix64(seed + round));
    }

    /** The same in all rounds. */
    float[] direction(int length) {
        return noise(length, new SplitMix64(~seed));
    }

    static float[] noise(int length, SplitMix64 random) {
        float[] noise = new float[length];
        for (int i = 0; i < length; i++) noise[i] = (float) random.nextNormal();
        return noise;
    }
}
