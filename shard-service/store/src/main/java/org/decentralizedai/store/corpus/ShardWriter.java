package org.decentralizedai.store.corpus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decentralizedai.store.blob.BlobStore;

/** Packs documents into shards, each document followed by end-of-text; a document may go on in the next shard. */
final class ShardWriter {
    private final BlobStore blobs;
    private final int endOfText;
    private final byte[] buffer = new byte[2 * Corpus.SHARD_TOKENS];
    private final List<CorpusShard> shards = new ArrayList<>();
    private int used;

    ShardWriter(BlobStore blobs, int endOfText) {
        this.blobs = blobs;
        this.endOfText = endOfText;
    }

    void document(int[] tokens) {
        for (int token : tokens) add(token);
        add(endOfText);
    }

    private void add(int token) {
        buffer[used++] = (byte) token;
        buffer[used++] = (byte) (token >> 8);
        if (used == buffer.length) flush();
    }

    private void flush() {
        shards.add(new CorpusShard(blobs.put(Arrays.copyOf(buffer, used)), used / 2));
        used = 0;
    }

    List<CorpusShard> finish() {
        if (used > 0) flush();
        return shards;
    }
}
