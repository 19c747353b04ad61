package org.decentralizedai.server.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.corpus.DefaultCorpus;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which text a run is trained on, and what of it is never trained on.
 *
 * @param source a text file, a .jsonl file or a folder; null for the default corpus
 * @param hash that the file must have; null for any
 * @param heldOutShare of the documents, or of the text
 * @param heldOutTail the end of one text is held out, instead of documents chosen by their hash
 */
public record CorpusRequest(@Nullable Path source, @Nullable Sha256 hash, double heldOutShare, boolean heldOutTail) {
    private static final Logger LOG = LoggerFactory.getLogger(CorpusRequest.class);

    /** @param data folder that a fetched corpus is kept in */
    public Corpus build(Path data, Tokenizer tokenizer, BlobStore blobs) {
        var chosen = source == null ? DefaultCorpus.fetch(data) : source;
        if (hash != null) requireHash(chosen, hash);
        LOG.info("reading the corpus in {}", chosen);
        return heldOutTail
                ? Corpus.buildWithTail(chosen, tokenizer, blobs, heldOutShare)
                : Corpus.build(chosen, tokenizer, blobs, heldOutShare);
    }

    private static void requireHash(Path file, Sha256 wanted) {
        if (!Files.isRegularFile(file)) throw new IllegalArgumentException("no such file: " + file);
        try {
            var found = Digests.of(Files.readAllBytes(file));
            if (!found.equals(wanted))
                throw new IllegalArgumentException(
                        "the corpus " + file + " has the SHA-256 " + found + ", not " + wanted);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
