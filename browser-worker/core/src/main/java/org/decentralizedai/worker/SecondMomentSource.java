package org.decentralizedai.worker;

import java.util.List;
import org.decentralizedai.compress.PublishedMoment;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** Gets the second moment that a task names, and keeps it for the tasks that name the same. */
final class SecondMomentSource {
    private final CheckedBlobs blobs;
    private List<Sha256> held = List.of();
    private byte @Nullable [] packed;

    SecondMomentSource(CheckedBlobs blobs) {
        this.blobs = blobs;
    }

    /**
     * @return packed little-endian f32 values; null where there are no pieces
     * @throws BlobException when a piece can't be had
     * @throws IllegalArgumentException when it is not the moment of so many parameters
     */
    byte @Nullable [] packed(List<Sha256> pieces, int parameters, Download download) {
        if (pieces.isEmpty()) return null;
        if (!pieces.equals(held)) {
            packed = PublishedMoment.packed(download.fetch(blobs, pieces, 2L * parameters), parameters);
            held = pieces;
        }
        return packed;
    }
}
