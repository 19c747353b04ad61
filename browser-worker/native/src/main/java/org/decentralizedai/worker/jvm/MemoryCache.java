package org.decentralizedai.worker.jvm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.BlobCache;
import org.jspecify.annotations.Nullable;

/** Blobs in memory, for as long as this process lives. */
final class MemoryCache implements BlobCache {
    private final Map<Sha256, Bytes> blobs = new LinkedHashMap<>();

    @Override
    public @Nullable Bytes find(Sha256 hash) {
        return blobs.get(hash);
    }

    @Override
    public void keep(Sha256 hash, byte[] bytes) {
        blobs.put(hash, new Bytes(bytes));
    }

    @Override
    public void remove(Sha256 hash) {
        blobs.remove(hash);
    }

    @Override
    public List<Sha256> kept() {
        return List.copyOf(blobs.keySet());
    }
}
