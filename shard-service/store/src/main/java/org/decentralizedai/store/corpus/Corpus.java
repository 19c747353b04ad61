package org.decentralizedai.store.corpus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.List;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.decentralizedai.wire.Sha256;

/**
 * A text corpus as token shards, split into train and held-out by document. Equal documents in equal order give the same
 * manifest hash.
 *
 * @param manifest the blob that {@link #load} reads this from
 * @param tokenizer hash of the {@code tokenizer.json} that made the tokens
 * @param vocabulary of that tokenizer
 * @param train shards in order; together the train documents, each followed by end-of-text
 * @param heldOut the same for the held-out documents
 * @param trainBytes UTF-8 bytes of the train documents
 */
public record Corpus(
        Sha256 manifest,
        Sha256 tokenizer,
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

    /**
     * Reads the source twice, one document in memory at a time, and stores shards and manifest.
     *
     * @param source a text file, a .jsonl file with "text" fields, or a folder of such files
     * @param heldOutShare of all documents, in (0, 0.5]
     * @throws CorpusException when the source cannot be read or has no text
     */
    public static Corpus build(Path source, Tokenizer tokenizer, BlobStore blobs, double heldOutShare) {
        var documents = new CorpusSource(source);
        Split split = Split.of(documents, heldOutShare);
        if (split.empty()) throw new CorpusException("no text in " + source);
        var train = new Side(tokenizer, blobs);
        var heldOut = new Side(tokenizer, blobs);
        documents.forEach(document -> split.give(document, train::add, heldOut::add));
        return store(tokenizer, blobs, train, heldOut);
    }

    /**
     * One continuous text, whose end is held out, as is the custom for a single book or play: one document on either side.
     *
     * @param file of UTF-8 text; its bytes are kept as they are
     * @param heldOutShare of its characters, in (0, 0.5]
     * @throws CorpusException when the file cannot be read or one side would be empty
     */
    public static Corpus buildWithTail(Path file, Tokenizer tokenizer, BlobStore blobs, double heldOutShare) {
        String text = CorpusSource.whole(file);
        int cut = Split.tail(text, heldOutShare);
        if (cut == 0 || cut == text.length()) throw new CorpusException("too little text to hold some out: " + file);
        var train = new Side(tokenizer, blobs);
        var heldOut = new Side(tokenizer, blobs);
        train.add(text.substring(0, cut));
        heldOut.add(text.substring(cut));
        return store(tokenizer, blobs, train, heldOut);
    }

    private static Corpus store(Tokenizer tokenizer, BlobStore blobs, Side train, Side heldOut) {
        return CorpusManifest.store(
                blobs,
                Digests.of(tokenizer.tokenizerJson()),
                tokenizer.vocabulary(),
                train.shards.finish(),
                heldOut.shards.finish(),
                new long[] {train.documents, heldOut.documents, train.bytes, heldOut.bytes});
    }

    private static final class Side {
        private final Tokenizer tokenizer;
        private final ShardWriter shards;
        private long documents;
        private long bytes;

        Side(Tokenizer tokenizer, BlobStore blobs) {
            this.tokenizer = tokenizer;
            shards = new ShardWriter(blobs, tokenizer.endOfText());
        }

        void add(String document) {
            shards.document(tokenizer.encode(document));
            documents++;
            bytes += document.getBytes(UTF_8).length;
        }
    }

    /** @throws CorpusException when the blob is no corpus manifest */
    public static Corpus load(BlobStore blobs, Sha256 manifest) {
        return CorpusManifest.load(blobs, manifest);
    }

    public long trainTokens() {
        return train.stream().mapToLong(CorpusShard::tokens).sum();
    }

    public long heldOutTokens() {
        return heldOut.stream().mapToLong(CorpusShard::tokens).sum();
    }
}
