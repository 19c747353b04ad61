package org.decentralizedai.worker;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/** Fetches what one task needs, piece by piece, with patience for a weak network. */
final class Download {
    private static final int TRIES = 6;

    private final Pulse pulse;
    private final Backoff backoff;
    private final WorkerListener listener;
    private long bytes;
    private long total;

    Download(Pulse pulse, Backoff backoff, WorkerListener listener) {
        this.pulse = pulse;
        this.backoff = backoff;
        this.listener = listener;
    }

    /** All pieces one after the other. {@code about}: their length together, as far as known. */
    byte[] fetch(CheckedBlobs blobs, List<Sha256> hashes, long about) {
        var pieces = new ArrayList<byte @Nullable []>();
        long missing = about;
        for (Sha256 hash : hashes) {
            byte[] kept = blobs.find(hash);
            if (kept != null) missing -= kept.length;
            pieces.add(kept);
            pulse.attend(0, 0);
        }
        if (!pieces.contains(null)) return joined(pieces);
        listener.on(new WorkerEvent.State(WorkerEvent.Phase.DOWNLOADING, ""));
        total += Math.max(0, missing);
        for (int i = 0; i < hashes.size(); i++) if (pieces.get(i) == null) pieces.set(i, piece(blobs, hashes.get(i)));
        return joined(pieces);
    }

    private byte[] piece(CheckedBlobs blobs, Sha256 hash) {
        for (int attempt = 1; ; attempt++) {
            try {
                byte[] piece = blobs.fetch(hash);
                bytes += piece.length;
                total = Math.max(total, bytes);
                listener.on(new WorkerEvent.Downloaded(bytes, total));
                pulse.attend(0, 0);
                return piece;
            } catch (BlobException e) {
                if (!e.passing() || attempt == TRIES) throw TaskDropped.because(String.valueOf(e.getMessage()));
                pulse.pause(backoff.millis(attempt));
            }
        }
    }

    private static byte[] joined(List<byte @Nullable []> pieces) {
        int length = 0;
        for (byte[] piece : pieces) if (piece != null) length = Math.addExact(length, piece.length);
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] piece : pieces) {
            if (piece == null) continue;
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        return all;
    }
}
