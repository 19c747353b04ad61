package org.decentralizedai.store.blob;

import java.util.Optional;
import java.util.Set;
import org.decentralizedai.wire.Sha256;

/**
 * Blobs by the SHA-256 of their content, and named pointers to them. What a method has returned from survives a crash, a
 * pointer never names a blob that is missing or partly written, and all methods may be called from any thread. Every
 * method throws {@link BlobException} when the storage fails.
 */
public interface BlobStore {
    /** The largest blob: 4 MiB. */
    int MAX_BLOB = 4 << 20;

    /**
     * Stores the bytes unless they are there already, also replacing a copy that has gone bad.
     *
     * @return their hash
     * @throws BlobException with {@link BlobException.Reason#TOO_LARGE}
     */
    Sha256 put(byte[] content);

    /**
     * The bytes, checked against their hash; the caller owns the array.
     *
     * @throws BlobException with {@link BlobException.Reason#MISSING} or {@link BlobException.Reason#CORRUPT}
     */
    byte[] get(Sha256 hash);

    boolean contains(Sha256 hash);

    /**
     * Length in bytes.
     *
     * @throws BlobException with {@link BlobException.Reason#MISSING}
     */
    long size(Sha256 hash);

    /**
     * Removes a blob; nothing happens when there is none.
     *
     * @throws BlobException with {@link BlobException.Reason#POINTED_AT} while a pointer names it
     */
    void delete(Sha256 hash);

    /** All blobs at one moment. */
    Set<Sha256> list();

    /** What the pointer names, or empty when it was never set. */
    Optional<Sha256> pointer(String name);

    /**
     * Moves a pointer if it still is where the caller believes.
     *
     * @param name of a to z, 0 to 9, dot, dash and underscore, at most 64 characters, not beginning with a dot
     * @param expected empty when the pointer must not exist
     * @return false, with nothing changed, when the pointer is elsewhere
     * @throws BlobException with {@link BlobException.Reason#MISSING} when {@code to} is not stored
     */
    boolean casPointer(String name, Optional<Sha256> expected, Sha256 to);
}
