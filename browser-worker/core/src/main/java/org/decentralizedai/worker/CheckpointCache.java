package org.decentralizedai.worker;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * The newest checkpoint in a {@link BlobCache}: its pieces under their hashes and, when there are several, the list of them (32
 * bytes each) under the hash of the file, so that a later session finds the file by its name. What is found has that hash.
 */
final class CheckpointCache {
    private final BlobCache cache;
    private final CheckedBlobs pieces;
    private final Digest digest;

    /** @param pieces over the same cache */
    CheckpointCache(BlobCache cache, CheckedBlobs pieces, Digest digest) {
        this.cache = cache;
        this.pieces = pieces;
        this.digest = digest;
    }

    /** The whole file, or null. */
    byte @Nullable [] find(Sha256 checkpoint) {
        Bytes found = cache.find(checkpoint);
        if (found == null) return null;
        if (digest.sha256(found.array()).equals(checkpoint)) return found.array();
        byte[] file = joined(found.array());
        return file != null && digest.sha256(file).equals(checkpoint) ? file : null;
    }

    private byte @Nullable [] joined(byte[] list) {
        var all = new ArrayList<Bytes>();
        for (int at = 0; at + Sha256.BYTES <= list.length; at += Sha256.BYTES) {
            Bytes piece = pieces.find(Sha256.of(Arrays.copyOfRange(list, at, at + Sha256.BYTES)));
            if (piece == null) return null;
            all.add(piece);
        }
        return Bytes.joined(all);
    }

    /** Cuts the file as the coordinator does, keeps it and forgets all else but {@code besides}. */
    void keep(Sha256 checkpoint, byte[] file, List<Sha256> besides) {
        var hashes = new ArrayList<Sha256>();
        for (int at = 0, count; at < file.length; at += count) {
            count = Math.min(BlobSource.MAX_BYTES, file.length - at);
            byte[] piece = Arrays.copyOfRange(file, at, at + count);
            Sha256 hash = digest.sha256(piece);
            cache.keep(hash, piece);
            hashes.add(hash);
        }
        keepOnly(checkpoint, hashes, besides);
    }

    /** Forgets all but this checkpoint, whose pieces are kept already, and {@code besides}. */
    void keepOnly(Sha256 checkpoint, List<Sha256> pieces, List<Sha256> besides) {
        if (pieces.size() > 1) {
            var list = ByteBuffer.allocate(Sha256.BYTES * pieces.size());
            for (Sha256 piece : pieces) list.put(piece.bytes());
            cache.keep(checkpoint, list.array());
        }
        var wanted = new HashSet<>(pieces);
        wanted.add(checkpoint);
        wanted.addAll(besides);
        for (Sha256 hash : cache.kept()) if (!wanted.contains(hash)) cache.remove(hash);
    }
}
