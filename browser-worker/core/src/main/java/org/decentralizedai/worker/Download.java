package org.decentralizedai.worker;

import java.util.HashMap;
import java.util.List;
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

    /** One file: all pieces one after the other. {@code about}: their length together, as far as known. */
    byte[] fetch(CheckedBlobs blobs, List<Sha256> pieces, long about) {
        return fetchAll(blobs, List.of(pieces), about).getFirst();
    }

    /**
     * Several files. {@code about}: the length of all together, as far as known.
     *
     * @throws BlobException when a piece can't be had
     */
    List<byte[]> fetchAll(CheckedBlobs blobs, List<List<Sha256>> files, long about) {
        List<Sha256> hashes = files.stream().flatMap(List::stream).toList();
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
            total = bytes + Math.max(0, missing); // what was given up before is not waited for
        }
        return files.stream()
                .map(pieces -> Bytes.joined(pieces.stream()
                        .map(hash -> {
                            Bytes found = kept.get(hash);
                            return found != null ? found : piece(blobs, hash);
                        })
                        .toList()))
                .toList();
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
                if (!e.passing() || attempt == TRIES) throw e;
                pulse.pause(backoff.millis(attempt));
            }
        }
    }
}
