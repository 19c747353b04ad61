package org.decentralizedai.worker;

import org.decentralizedai.wire.Sha256;

/** SHA-256 by the fastest means of the platform; may wait. */
public interface Digest {
    Sha256 sha256(byte[] bytes);
}
