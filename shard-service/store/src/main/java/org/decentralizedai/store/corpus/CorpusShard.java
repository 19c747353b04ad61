package org.decentralizedai.store.corpus;

import org.decentralizedai.wire.Sha256;

/** A blob of {@code tokens} token ids, 16 bits each, little-endian. */
public record CorpusShard(Sha256 hash, int tokens) {}
