package org.decentralizedai.server.train;

/**
 * The share of the learning rate that a round's tasks use, by the tokens that the run has trained on: it rises linearly from a
 * tenth, then falls along half a cosine to {@code floor} (Loshchilov and Hutter 2017) and stays there. With outer momentum a
 * run that begins at the whole rate ends in a worse place, whatever comes later.
 *
 * @param tokens of the whole run, 0 for a rate that does not fall
 * @param warmup tokens of the rise
 * @param floor share that is left at the end
 */
public record RateSchedule(long tokens, long warmup, double floor) {
    public static final RateSchedule CONSTANT = new RateSchedule(0, 0, 1);

    private static final double FIRST = 0.1;

    public RateSchedule {
        if (tokens < 0 || warmup < 0 || tokens > 0 && warmup >= tokens)
            throw new IllegalArgumentException(
                    "must be 0 <= warmup < tokens, or no tokens: warmup=" + warmup + ", tokens=" + tokens);
        if (!(floor > 0) || floor > 1) throw new IllegalArgumentException("floor must be in (0, 1]: floor=" + floor);
    }

    /** @param done tokens that the run has trained on before this round */
    public double share(long done) {
        if (done < warmup) return FIRST + (1 - FIRST) * done / warmup;
        if (tokens == 0) return 1;
        double progress = Math.min(1, (double) (done - warmup) / (tokens - warmup));
        return floor + (1 - floor) * (1 + StrictMath.cos(Math.PI * progress)) / 2;
    }
}
