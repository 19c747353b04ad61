package org.decentralizedai.server.train;

/**
 * The share of the learning rate that a round's tasks use, by the tokens that the run has trained on: it falls along half a
 * cosine to {@code floor} (Loshchilov and Hutter 2017) and stays there. There is no rise at the start: each task has its own.
 *
 * @param tokens of the whole run, 0 for a rate that does not change
 * @param floor share that is left at the end
 */
public record RateSchedule(long tokens, double floor) {
    public static final RateSchedule CONSTANT = new RateSchedule(0, 1);

    public RateSchedule {
        if (tokens < 0) throw new IllegalArgumentException("tokens must be >= 0: tokens=" + tokens);
        if (!(floor > 0) || floor > 1) throw new IllegalArgumentException("floor must be in (0, 1]: floor=" + floor);
    }

    /** @param done tokens that the run has trained on before this round */
    public double share(long done) {
        if (tokens == 0) return 1;
        double progress = Math.min(1, (double) done / tokens);
        return floor + (1 - floor) * (1 + Math.cos(Math.PI * progress)) / 2;
    }
}
