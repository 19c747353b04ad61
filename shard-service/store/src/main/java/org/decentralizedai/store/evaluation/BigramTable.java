package org.decentralizedai.store.evaluation;

import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.corpus.CorpusShard;

/**
 * Predicts a token from the one before it: p(b|a) = (count(a,b) + alpha) / (count(a) + alpha * vocabulary). Alpha is the one
 * that predicts the training tokens best when each is left out of the counts itself, so that the table is as strong a
 * baseline as it can be without a look at the held-out text. Immutable, thread-safe.
 */
public final class BigramTable {
    private static final double[] ALPHAS = {1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001};
    private static final int MAX_VOCABULARY = 8192; // 256 MiB of counts

    private final int vocabulary;
    private final int[] pairs; // (vocabulary,vocabulary)
    private final long[] firsts; // row sums
    private final double alpha;

    private BigramTable(int vocabulary, int[] pairs) {
        this.vocabulary = vocabulary;
        this.pairs = pairs;
        firsts = new long[vocabulary];
        for (int i = 0; i < pairs.length; i++) firsts[i / vocabulary] += pairs[i];
        alpha = bestAlpha();
    }

    /** Counts all train tokens. @throws IllegalArgumentException for a vocabulary above 8192 */
    public static BigramTable train(Corpus corpus, BlobStore blobs) {
        int vocabulary = corpus.vocabulary();
        if (vocabulary > MAX_VOCABULARY)
            throw new IllegalArgumentException(
                    "vocabulary must be <= " + MAX_VOCABULARY + ": vocabulary=" + vocabulary);
        int[] pairs = new int[vocabulary * vocabulary];
        int last = -1; // the shards are one text
        for (CorpusShard shard : corpus.train())
            for (char token : shard.read(blobs)) {
                if (last >= 0) pairs[last * vocabulary + token]++;
                last = token;
            }
        return new BigramTable(vocabulary, pairs);
    }

    private double bestAlpha() {
        double best = ALPHAS[0], least = Double.POSITIVE_INFINITY;
        for (double candidate : ALPHAS) {
            double nats = leaveOneOut(candidate);
            if (nats < least) {
                least = nats;
                best = candidate;
            }
        }
        return best;
    }

    private double leaveOneOut(double candidate) {
        double nats = 0;
        for (int i = 0; i < pairs.length; i++) {
            int count = pairs[i];
            if (count > 0)
                nats -= count
                        * Math.log((count - 1 + candidate) / (firsts[i / vocabulary] - 1 + candidate * vocabulary));
        }
        return nats;
    }

    /** The smoothing that was chosen. */
    public double alpha() {
        return alpha;
    }

    /** p(next|token). */
    public double probability(int token, int next) {
        return (pairs[token * vocabulary + next] + alpha) / (firsts[token] + alpha * vocabulary);
    }

    /** Scores exactly the positions that a model is scored on. */
    public Evaluation evaluate(HeldOutWindows windows) {
        var tally = new Evaluation.Tally(windows.context());
        for (int w = 0; w < windows.count(); w++) {
            double nats = 0;
            for (int i = 0; i < windows.context(); i++)
                nats -= Math.log(probability(windows.token(w, i), windows.token(w, i + 1)));
            tally.add(nats, windows.bytes(w));
        }
        return tally.evaluation();
    }
}
