package org.decentralizedai.worker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** Blobs in memory; as a source it can be made to fail or to lie. */
final class FakeBlobs implements BlobSource, BlobCache {
    final Map<Sha256, byte[]> blobs = new LinkedHashMap<>();
    final List<Sha256> asked = new ArrayList<>();
    int failures;

    Sha256 add(byte[] bytes) {
        Sha256 hash = JvmDigest.INSTANCE.sha256(bytes);
        blobs.put(hash, bytes);
        return hash;
    }

    @Override
    public byte[] get(Sha256 hash) {
        asked.add(hash);
        if (failures-- > 0) throw new BlobException("the network is down", true);
        byte[] bytes = blobs.get(hash);
        if (bytes == null) throw new BlobException("no such blob", false);
        return bytes;
    }

    @Override
    public @Nullable Bytes find(Sha256 hash) {
        byte[] found = blobs.get(hash);
        return found == null ? null : new Bytes(found);
    }

    @Override
    public void keep(Sha256 hash, byte[] bytes) {
        blobs.put(hash, bytes);
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
