package org.decentralizedai.worker;

import java.util.List;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** Blobs that outlive a session, such as the browser's Cache API. May forget anything, and is not to be trusted. */
public interface BlobCache {
    @Nullable
    Bytes find(Sha256 hash);

    void keep(Sha256 hash, byte[] bytes);

    void remove(Sha256 hash);

    /** Oldest first. */
    List<Sha256> kept();
}
