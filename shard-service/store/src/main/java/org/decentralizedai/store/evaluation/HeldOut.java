package org.decentralizedai.store.evaluation;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.WindowOrder;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.corpus.CorpusException;
import org.decentralizedai.store.corpus.CorpusShard;
import org.decentralizedai.store.tokenizer.Tokenizer;

/** The held-out tokens of a corpus. Immutable, thread-safe. */
public final class HeldOut {
    private static final long ROUND_SEED = 2;
    private static final int LEAST_WINDOWS = 8; // below it a standard error says little
    private static final int LEAST_CONTEXT = 32;

    private final char[] tokens; // 16 bits each, without sign
    private final int[] bytesOf; // by token id

    private HeldOut(char[] tokens, int[] bytesOf) {
        this.tokens = tokens;
        this.bytesOf = bytesOf;
    }

    /** @throws CorpusException when the corpus was made by a tokenizer with another vocabulary */
    public static HeldOut load(Corpus corpus, BlobStore blobs, Tokenizer tokenizer) {
        if (corpus.vocabulary() != tokenizer.vocabulary())
            throw new CorpusException("the corpus has a vocabulary of " + corpus.vocabulary() + ", the tokenizer of "
                    + tokenizer.vocabulary());
        char[] tokens = new char[Math.toIntExact(corpus.heldOutTokens())];
        int at = 0;
        for (CorpusShard shard : corpus.heldOut()) {
            char[] part = shard.read(blobs);
            System.arraycopy(part, 0, tokens, at, part.length);
            at += part.length;
        }
        return new HeldOut(
                tokens,
                IntStream.range(0, tokenizer.vocabulary()).map(tokenizer::bytes).toArray());
    }

    int token(int at) {
        return tokens[at];
    }

    int bytes(int at) {
        return bytesOf[tokens[at]];
    }

    /**
     * Every whole window.
     *
     * @throws CorpusException when the held-out text is shorter than one window
     */
    public HeldOutWindows all(int context) {
        return new HeldOutWindows(
                this, context, IntStream.range(0, windows(context)).toArray());
    }

    /** {@code count} windows, or all when there are fewer; the same ones for the same seed. */
    public HeldOutWindows sample(int context, int count, long seed) {
        int windows = windows(context);
        var order = new WindowOrder(seed, windows);
        int[] chosen = new int[Math.min(count, windows)];
        for (int i = 0; i < chosen.length; i++) chosen[i] = order.window(i);
        Arrays.sort(chosen);
        return new HeldOutWindows(this, context, chosen);
    }

    /**
     * The sample of every round: as many tokens as one core scores in at most two seconds, by {@link ScoringSpeed}, but at
     * least eight windows; those of a large model are shorter than its context. A function of the configuration and the corpus
     * alone, so that all rounds of a run are comparable with each other, and with a bigram table scored on the same windows.
     */
    public HeldOutWindows roundSample(ModelConfig config) {
        long affordable = ScoringSpeed.tokens(config, 2);
        int context = (int) Math.min(config.context(), Math.max(LEAST_CONTEXT, affordable / LEAST_WINDOWS));
        return sample(context, (int) Math.max(LEAST_WINDOWS, affordable / context), ROUND_SEED);
    }

    private int windows(int context) {
        int windows = WindowOrder.count(tokens.length, context);
        if (windows == 0)
            throw new CorpusException("the held-out text has " + tokens.length + " tokens, one window needs "
                    + (context + 1) + ": give a larger corpus");
        return windows;
    }
}
