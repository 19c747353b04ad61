package org.decentralizedai.worker;

/**
 * What a task comes to. Not a record: arrays have no content equality.
 */
public final class LocalResult {
    private final float[] update;
    private final double firstLoss;
    private final double lastLoss;

    /** Takes the update over. */
    public LocalResult(float[] update, double firstLoss, double lastLoss) {
        this.update = update;
        this.firstLoss = firstLoss;
        this.lastLoss = lastLoss;
    }

    /** θ_t − θ_t^(H), one value per parameter in layout order; not copied. */
    public float[] update() {
        return update;
    }

    /** Mean loss of the first step, nats per token. */
    public double firstLoss() {
        return firstLoss;
    }

    public double lastLoss() {
        return lastLoss;
    }
}
