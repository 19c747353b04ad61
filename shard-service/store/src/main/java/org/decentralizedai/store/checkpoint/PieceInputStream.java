package org.decentralizedai.store.checkpoint;

import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.Sha256;

/** The pieces one after the other, each checked against its hash as it is opened. */
final class PieceInputStream extends InputStream {
    private final BlobStore blobs;
    private final Iterator<Sha256> rest;
    private byte[] piece = {};
    private int at;

    PieceInputStream(BlobStore blobs, List<Sha256> pieces) {
        this.blobs = blobs;
        rest = pieces.iterator();
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 255;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length == 0) return 0;
        while (at == piece.length) {
            if (!rest.hasNext()) return -1;
            piece = blobs.get(rest.next());
            at = 0;
        }
        int count = Math.min(length, piece.length - at);
        System.arraycopy(piece, at, target, offset, count);
        at += count;
        return count;
    }
}
