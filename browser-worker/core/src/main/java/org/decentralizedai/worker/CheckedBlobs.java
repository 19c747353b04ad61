package org.decentralizedai.worker;

import java.util.List;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** Blobs by content hash: from the cache, else from the source. Bytes with another hash never leave here. */
public final class CheckedBlobs {
    private final BlobSource source;
    private final BlobCache cache;
    private final Digest digest;

    public CheckedBlobs(BlobSource source, BlobCache cache, Digest digest) {
        this.source = source;
        this.cache = cache;
        this.digest = digest;
    }

    /** The kept bytes, or null; what was kept but has rotted is removed. */
    @Nullable
    Bytes find(Sha256 hash) {
        Bytes kept = cache.find(hash);
        if (kept == null || digest.sha256(kept.array()).equals(hash)) return kept;
        cache.remove(hash);
        return null;
    }

    /** @throws BlobException when it can't be had, or has the wrong hash */
    byte[] fetch(Sha256 hash) {
        byte[] bytes = source.get(hash);
        if (!digest.sha256(bytes).equals(hash))
            throw new BlobException("shard " + hash + " was corrupted on its way", false);
        cache.keep(hash, bytes);
        return bytes;
    }

    void keepNewest(int count) {
        List<Sha256> kept = cache.kept();
        for (Sha256 hash : kept.subList(0, Math.max(0, kept.size() - count))) cache.remove(hash);
    }
}
