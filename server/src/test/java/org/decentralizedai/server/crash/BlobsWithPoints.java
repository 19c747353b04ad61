package org.decentralizedai.server.crash;

import java.util.Optional;
import java.util.Set;
import org.decentralizedai.server.crash.Power.Phase;
import org.decentralizedai.store.blob.BlobException;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.wire.Sha256;

/** Blobs with crash points before and after. */
final class BlobsWithPoints implements BlobStore {
    private final BlobStore blobs;
    private final Power power;
    private boolean checkpoints; // are being written

    BlobsWithPoints(BlobStore blobs, Power power) {
        this.blobs = blobs;
        this.power = power;
    }

    @Override
    public Sha256 put(byte[] content) {
        checkpoints |= isCheckpoint(content);
        if (power.phase() == Phase.START && checkpoints) power.reach(CrashPoint.FIRST_CHECKPOINT);
        if (power.phase() == Phase.CLOSE) power.reach(CrashPoint.BLOB_MISSING);
        var hash = blobs.put(content);
        if (power.phase() == Phase.CLOSE) power.reach(CrashPoint.BLOB_FORCED);
        return hash;
    }

    /** A safetensors file begins with the length of its header, in JSON. */
    private static boolean isCheckpoint(byte[] content) {
        return content.length > Long.BYTES && content[Long.BYTES] == '{';
    }

    @Override
    public byte[] get(Sha256 hash) {
        if (power.stumblesNow()) throw new BlobException(BlobException.Reason.STORAGE_FAILED, "a passing failure");
        return blobs.get(hash);
    }

    @Override
    public boolean contains(Sha256 hash) {
        return blobs.contains(hash);
    }

    @Override
    public long size(Sha256 hash) {
        return blobs.size(hash);
    }

    @Override
    public void delete(Sha256 hash) {
        blobs.delete(hash);
        power.reach(CrashPoint.BLOB_DELETED);
    }

    @Override
    public Set<Sha256> list() {
        return blobs.list();
    }

    @Override
    public Optional<Sha256> pointer(String name) {
        return blobs.pointer(name);
    }

    @Override
    public boolean casPointer(String name, Optional<Sha256> expected, Sha256 to) {
        power.reach(CrashPoint.REPORTED);
        boolean moved = blobs.casPointer(name, expected, to);
        power.reach(CrashPoint.POINTED);
        return moved;
    }
}
