package org.decentralizedai.worker;

import java.util.HashMap;
import java.util.List;
import java.util.function.Function;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Sha256;

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
        var kept = new HashMap<Sha256, Bytes>();
        long missing = about;
        for (Sha256 hash : hashes) {
            Bytes bytes = blobs.find(hash);
            pulse.attend(0, 0);
            if (bytes == null) continue;
            kept.put(hash, bytes);
            missing -= bytes.length();
        }
        if (!kept.keySet().containsAll(hashes)) {
            listener.on(new WorkerEvent.State(WorkerEvent.Phase.DOWNLOADING, ""));
            total += Math.max(0, missing);
        }
        return joined(hashes, hash -> {
            Bytes found = kept.get(hash);
            return found != null ? found : piece(blobs, hash);
        });
    }

    private static byte[] joined(List<Sha256> hashes, Function<Sha256, Bytes> pieces) {
        List<Bytes> all = hashes.stream().map(pieces).toList();
        if (all.size() == 1) return all.getFirst().array();
        int length = 0;
        for (Bytes piece : all) length = Math.addExact(length, piece.length());
        byte[] file = new byte[length];
        int at = 0;
        for (Bytes piece : all) {
            System.arraycopy(piece.array(), 0, file, at, piece.length());
            at += piece.length();
        }
        return file;
    }

    private Bytes piece(CheckedBlobs blobs, Sha256 hash) {
        for (int attempt = 1; ; attempt++) {
            try {
                byte[] piece = blobs.fetch(hash);
                bytes += piece.length;
                total = Math.max(total, bytes);
                listener.on(new WorkerEvent.Downloaded(bytes, total));
                pulse.attend(0, 0);
                return new Bytes(piece);
            } catch (BlobException e) {
                if (!e.passing() || attempt == TRIES) throw TaskDropped.because(String.valueOf(e.getMessage()));
                pulse.pause(backoff.millis(attempt));
            }
        }
    }
}
