package org.decentralizedai.worker;

import org.decentralizedai.wire.Sha256;

/** {@code GET /shards/{sha256}}. What it returns is not yet to be trusted. */
public interface BlobSource {
    /**
     * Greatest blob there is. */
    int MAX_BYTES = 4 << 20;

    /** @throws BlobException also for more than {@link #MAX_BYTES} bytes */
    byte[] get(Sha256 hash);
}
