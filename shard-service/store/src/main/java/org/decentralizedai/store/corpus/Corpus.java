package org.decentralizedai.store.corpus;

import java.nio.file.Path;
import java.util.List;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.decentralizedai.wire.Sha256;

/**
 * A text corpus as token shards, split into train and held-out by document. Equal documents in equal order give the same
 * manifest hash.
 *
 * @param manifest the blob that {@link #load} reads this from
 * @param vocabulary of the tokenizer that made the tokens
 * @param train shards in order; together the train documents, each followed by end-of-text
 * @param heldOut the same for the held-out documents
 * @param trainBytes UTF-8 bytes of the train documents
 */
public record Corpus(
        Sha256 manifest,
        int vocabulary,
        List<CorpusShard> train,
        List<CorpusShard> heldOut,
        long trainDocuments,
        long heldOutDocuments,
        long trainBytes,
        long heldOutBytes) {

    /** Greatest number of tokens in a shard: 1 MiB. */
    public static final int SHARD_TOKENS = 512 << 10;

    public static final double DEFAULT_HELD_OUT_SHARE = 0.05;

    public Corpus {
        train = List.copyOf(train);
        heldOut = List.copyOf(heldOut);
    }

    /** @param source a text file, a .jsonl file with "text" fields, or a folder of such files */
    public static Corpus build(Path source, Tokenizer tokenizer, BlobStore blobs, double heldOutShare) {
        throw new UnsupportedOperationException();
    }

    public static Corpus load(BlobStore blobs, Sha256 manifest) {
        throw new UnsupportedOperationException();
    }

    public long trainTokens() {
        return train.stream().mapToLong(CorpusShard::tokens).sum();
    }

    public long heldOutTokens() {
        return heldOut.stream().mapToLong(CorpusShard::tokens).sum();
    }
}
