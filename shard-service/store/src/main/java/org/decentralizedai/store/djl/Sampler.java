package org.decentralizedai.store.djl;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.decentralizedai.model.SplitMix64;

/** Chooses tokens on the host, so that a seed gives the same text whatever computed the logits. Not thread-safe. */
final class Sampler {
    private final Sampling sampling;
    private final SplitMix64 random;

    Sampler(Sampling sampling) {
        this.sampling = sampling;
        random = new SplitMix64(sampling.seed());
    }

    /** @param logits (vocabulary) */
    int next(float[] logits) {
        int likeliest = argMax(logits);
        if (!Float.isFinite(logits[likeliest])) throw new IllegalStateException("the model's logits are not finite");
        return sampling.temperature() == 0 ? likeliest : draw(probabilities(logits, logits[likeliest]));
    }

    private static int argMax(float[] logits) {
        int best = 0;
        for (int i = 0; i < logits.length; i++) {
            if (Float.isNaN(logits[i])) return i;
            if (logits[i] > logits[best]) best = i;
        }
        return best;
    }

    /** Not normalised: the likeliest has 1. */
    private float[] probabilities(float[] logits, float max) {
        float[] p = new float[logits.length];
        for (int i = 0; i < p.length; i++) p[i] = (float) Math.exp((logits[i] - max) / sampling.temperature());
        return p;
    }

    private int draw(float[] p) {
        long[] order = new long[p.length]; // by falling probability, then by id
        for (int i = 0; i < p.length; i++) order[i] = (long) (Integer.MAX_VALUE - Float.floatToIntBits(p[i])) << 32 | i;
        if (sampling.topP() < 1) Arrays.sort(order);
        double sum = 0;
        for (float x : p) sum += x;

        int count = 0;
        double kept = 0;
        while (count < p.length && (count == 0 || kept < sampling.topP() * sum)) kept += p[(int) order[count++]];
        double rest = random.nextDouble() * kept;
        for (int i = 0; i < count - 1; i++) {
            rest -= p[(int) order[i]];
            if (rest < 0) return (int) order[i];
        }
        return (int) order[count - 1];
    }

    /** @param likeliest how many others, the likeliest first; of equal ones, the lower id first */
    static Drawn drawn(float[] logits, int token, int likeliest) {
        double max = logits[argMax(logits)], sum = 0;
        for (float x : logits) sum += Math.exp(x - max);
        double log = Math.log(sum);
        var candidates = likeliest == 0
                ? List.<Drawn.Candidate>of()
                : IntStream.range(0, logits.length)
                        .boxed()
                        .sorted(Comparator.comparing((Integer id) -> -logits[id])
                                .thenComparing(id -> id))
                        .limit(likeliest)
                        .map(id -> new Drawn.Candidate(id, logits[id] - max - log))
                        .toList();
        return new Drawn(token, logits[token] - max - log, candidates);
    }
}
