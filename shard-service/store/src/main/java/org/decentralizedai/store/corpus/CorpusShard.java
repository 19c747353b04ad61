package org.decentralizedai.store.corpus;

import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.Sha256;

/** A blob of {@code tokens} token ids, 16 bits each, little-endian. */
public record CorpusShard(Sha256 hash, int tokens) {
    public CorpusShard {
        if (tokens <= 0 || tokens > Corpus.SHARD_TOKENS)
            throw new CorpusException("a shard must have 1.." + Corpus.SHARD_TOKENS + " tokens: " + tokens);
    }

    /** The ids, each an unsigned 16-bit number. @throws CorpusException when the blob has another length */
    public char[] read(BlobStore blobs) {
        byte[] bytes = blobs.get(hash);
        if (bytes.length != 2 * tokens)
            throw new CorpusException("shard " + hash + " must have " + 2 * tokens + " bytes: " + bytes.length);
        char[] ids = new char[tokens];
        for (int i = 0; i < tokens; i++) ids[i] = (char) (bytes[2 * i] & 255 | (bytes[2 * i + 1] & 255) << 8);
        return ids;
    }
}
