package org.decentralizedai.store.blob;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.decentralizedai.wire.Sha256;

/**
 * Blobs as files of one folder, owned by one process at a time. Thread-safe, and safe against {@code kill -9} and loss of
 * power: a file gets its name only after its bytes have been forced to the disk.
 *
 * <pre>
 * blobs/&lt;64 hex digits&gt;   content; may be served as it is
 * pointers/&lt;name&gt;         64 hex digits and a line feed
 * unfinished/             files that are being written; emptied at start
 * </pre>
 */
public final class FolderBlobStore implements BlobStore {
    private static final Pattern POINTER_NAME = Pattern.compile("[a-z0-9_-][a-z0-9._-]{0,63}");

    private final Path blobs;
    private final Path pointers;
    private final Path unfinished;
    private final FileOpener files;
    private final Object pointerLock = new Object(); // also held by delete: a pointer must not lose its blob

    /** Opens the folder, creating it if it is missing. */
    public FolderBlobStore(Path folder) {
        this(folder, FileChannel::open);
    }

    /** @param files opens what is written and forced; what is read need not come from there */
    public FolderBlobStore(Path folder, FileOpener files) {
        this.files = files;
        blobs = folder.resolve("blobs");
        pointers = folder.resolve("pointers");
        unfinished = folder.resolve("unfinished");
        attempt("open " + folder, () -> {
            for (Path part : new Path[] {blobs, pointers, unfinished}) Files.createDirectories(part);
            force(folder);
            try (var leftovers = Files.newDirectoryStream(unfinished)) {
                for (Path leftover : leftovers) Files.delete(leftover);
            }
            return folder;
        });
    }

    /** The folder whose files are named by the hashes of their contents. */
    public Path blobs() {
        return blobs;
    }

    @Override
    public Sha256 put(byte[] content) {
        if (content.length > MAX_BLOB)
            throw new BlobException(
                    BlobException.Reason.TOO_LARGE,
                    "a blob must have at most " + MAX_BLOB + " bytes: " + content.length);
        Sha256 hash = Digests.of(content);
        if (holds(hash)) attempt("force blob " + hash, () -> force(blobs)); // whoever wrote it may not have come so far
        else attempt("write blob " + hash, () -> replace(file(hash), content));
        return hash;
    }

    private boolean holds(Sha256 hash) {
        return attempt("read blob " + hash, () -> {
            try {
                return Digests.of(Files.readAllBytes(file(hash))).equals(hash);
            } catch (NoSuchFileException absent) {
                return false;
            }
        });
    }

    @Override
    public byte[] get(Sha256 hash) {
        byte[] content = attempt("read blob " + hash, () -> {
            try {
                return Files.readAllBytes(file(hash));
            } catch (NoSuchFileException absent) {
                throw missing(hash);
            }
        });
        if (!Digests.of(content).equals(hash))
            throw new BlobException(BlobException.Reason.CORRUPT, "blob does not match its hash: " + hash);
        return content;
    }

    @Override
    public boolean contains(Sha256 hash) {
        return Files.isRegularFile(file(hash));
    }

    @Override
    public long size(Sha256 hash) {
        return attempt("read blob " + hash, () -> {
            try {
                return Files.size(file(hash));
            } catch (NoSuchFileException absent) {
                throw missing(hash);
            }
        });
    }

    @Override
    public void delete(Sha256 hash) {
        synchronized (pointerLock) {
            attempt("delete blob " + hash, () -> {
                try (var names = Files.newDirectoryStream(pointers)) {
                    for (Path pointer : names)
                        if (read(pointer).equals(hash))
                            throw new BlobException(
                                    BlobException.Reason.POINTED_AT,
                                    "pointer " + pointer.getFileName() + " names blob " + hash);
                }
                return Files.deleteIfExists(file(hash));
            });
        }
    }

    @Override
    public Set<Sha256> list() {
        return attempt("list blobs", () -> {
            Set<Sha256> hashes = new HashSet<>();
            try (var files = Files.newDirectoryStream(blobs)) {
                for (Path file : files) {
                    String name = String.valueOf(file.getFileName());
                    if (Sha256.isHex(name)) hashes.add(new Sha256(name));
                }
            }
            return hashes;
        });
    }

    @Override
    public Optional<Sha256> pointer(String name) {
        Path file = pointerFile(name);
        return attempt("read pointer " + name, () -> {
            try {
                return Optional.of(read(file));
            } catch (NoSuchFileException absent) {
                return Optional.<Sha256>empty();
            }
        });
    }

    @Override
    public boolean casPointer(String name, Optional<Sha256> expected, Sha256 to) {
        Path file = pointerFile(name);
        synchronized (pointerLock) {
            if (!contains(to)) throw missing(to);
            if (!pointer(name).equals(expected)) return false;
            attempt(
                    "write pointer " + name,
                    () -> replace(file, (to.hex() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return true;
        }
    }

    private Path file(Sha256 hash) {
        return blobs.resolve(hash.hex());
    }

    private Path pointerFile(String name) {
        if (!POINTER_NAME.matcher(name).matches())
            throw new IllegalArgumentException("pointer name must match " + POINTER_NAME + ": name=" + name);
        return pointers.resolve(name);
    }

    private static Sha256 read(Path pointer) throws IOException {
        String line = Files.readString(pointer, StandardCharsets.US_ASCII).strip();
        if (!Sha256.isHex(line))
            throw new BlobException(BlobException.Reason.CORRUPT, "pointer " + pointer + " holds no hash");
        return new Sha256(line);
    }

    /** Forces the bytes, then the name, to the disk. */
    private Path replace(Path target, byte[] content) throws IOException {
        Path file = unfinished.resolve(UUID.randomUUID().toString());
        try {
            try (FileChannel channel = files.open(file, CREATE_NEW, WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) channel.write(rest);
                channel.force(true);
            }
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(file);
        }
        force(target.resolveSibling("."));
        return target;
    }

    private Path force(Path folder) throws IOException {
        try (FileChannel channel = files.open(folder, READ)) {
            channel.force(true);
        }
        return folder;
    }

    private static BlobException missing(Sha256 hash) {
        return new BlobException(BlobException.Reason.MISSING, "no such blob: " + hash);
    }

    private interface Attempt<T> {
        T run() throws IOException;
    }

    private static <T> T attempt(String what, Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (IOException e) {
            throw new BlobException(BlobException.Reason.STORAGE_FAILED, "could not " + what + ": " + e, e);
        }
    }
}
