package org.decentralizedai.store.checkpoint;

import java.util.List;
import java.util.stream.Stream;
import org.decentralizedai.wire.Sha256;

/**
 * A safetensors file that lies in pieces in a blob store.
 *
 * @param manifest the blob that lists the others; a pointer names a checkpoint by it
 * @param hash of the whole file: the checkpoint's name to the outside
 * @param pieces the file cut into blobs of {@code BlobStore.MAX_BLOB} bytes, the last one shorter
 * @param bytes length of the file
 */
public record Checkpoint(Sha256 manifest, Sha256 hash, List<Sha256> pieces, long bytes) {
    public Checkpoint {
        pieces = List.copyOf(pieces);
    }

    /** All that it consists of: manifest and pieces. */
    public List<Sha256> blobs() {
        return Stream.concat(Stream.of(manifest), pieces.stream()).toList();
    }
}
