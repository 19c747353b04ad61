package org.decentralizedai.store.evaluation;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.tokenizer.Tokenizer;

/** The held-out tokens of a corpus. Immutable, thread-safe. */
public final class HeldOut {
    public static HeldOut load(Corpus corpus, BlobStore blobs, Tokenizer tokenizer) {
        throw new UnsupportedOperationException();
    }

    /** Every whole window. */
    public HeldOutWindows all(int context) {
        throw new UnsupportedOperationException();
    }

    /** {@code windows} of them, or all when there are fewer; the same ones for the same seed. */
    public HeldOutWindows sample(int context, int windows, long seed) {
        throw new UnsupportedOperationException();
    }

    /** The sample of every round: as many windows as one core scores within two seconds. */
    public HeldOutWindows roundSample(ModelConfig config) {
        throw new UnsupportedOperationException();
    }
}
