package org.decentralizedai.store.evaluation;

import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.corpus.Corpus;

/** Predicts a token from the one before it. */
public final class BigramTable {
    public static BigramTable train(Corpus corpus, BlobStore blobs) {
        throw new UnsupportedOperationException();
    }

    /** Scores exactly the positions that a model is scored on. */
    public Evaluation evaluate(HeldOutWindows windows) {
        throw new UnsupportedOperationException();
    }
}
