package org.decentralizedai.wire;

import java.util.List;

/**
 * From one checkpoint to the next: whoever holds {@code from} applies the delta in these pieces and holds the next one
 * ({@link org.decentralizedai.compress.CheckpointDelta}). Only the hash of the last checkpoint proves that it went well.
 *
 * @param from hash of the whole safetensors file
 * @param pieces hashes of the delta's pieces, in order
 * @param bytes length of the delta
 */
public record Hop(Sha256 from, List<Sha256> pieces, int bytes) {
    public Hop {
        pieces = List.copyOf(pieces);
        if (pieces.isEmpty()) throw new IllegalArgumentException("a hop must have pieces");
        if (bytes <= 0) throw new IllegalArgumentException("bytes must be > 0: bytes=" + bytes);
    }
}
