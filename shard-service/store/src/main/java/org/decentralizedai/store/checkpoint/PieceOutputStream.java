package org.decentralizedai.store.checkpoint;

import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Sha256;

/**
 * Cuts what is written into blobs of the greatest size and hashes the whole, on another thread: hashing is most of the time, and each
 * blob is hashed besides.
 */
final class PieceOutputStream extends OutputStream {
    private final BlobStore blobs;
    private final MessageDigest digest = Digests.sha256();
    private final byte[] piece = new byte[BlobStore.MAX_BLOB];
    private final List<Sha256> pieces = new ArrayList<>();
    private CompletableFuture<Void> hashed = CompletableFuture.completedFuture(null); // of all pieces until now
    private int used;
    private long bytes;

    PieceOutputStream(BlobStore blobs) {
        this.blobs = blobs;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        bytes += length;
        for (int done = 0; done < length; ) {
            int count = Math.min(piece.length - used, length - done);
            System.arraycopy(source, offset + done, piece, used, count);
            done += count;
            used += count;
            if (used == piece.length) store();
        }
    }

    private void store() {
        byte[] content = Arrays.copyOf(piece, used);
        hashed = hashed.thenRunAsync(() -> digest.update(content));
        pieces.add(blobs.put(content));
        used = 0;
    }

    @Override
    public void close() {
        if (used > 0) store();
    }

    List<Sha256> pieces() {
        return List.copyOf(pieces);
    }

    long bytes() {
        return bytes;
    }

    /** Of everything written; once only, when it is closed. */
    Sha256 hash() {
        hashed.join();
        return Sha256.of(digest.digest());
    }
}
