package org.decentralizedai.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds all state of a server, locked against a second one. A copy of it is a backup.
 *
 * <pre>
 * database/     H2 file
 * updates/      log of accepted updates
 * store/        blobs (weights, corpus) and pointers
 * backups/      what the operator asked for
 * admin-token   for the operator's commands, readable by the owner only
 * address       of the running server
 * lock          held while a server runs
 * </pre>
 */
final class DataFolder implements AutoCloseable {
    private final Path folder;
    private final FileChannel lockFile;

    private DataFolder(Path folder, FileChannel lockFile) {
        this.folder = folder;
        this.lockFile = lockFile;
    }

    /** @throws IllegalStateException when another server uses the folder */
    static DataFolder lock(Path folder) {
        try {
            Files.createDirectories(folder);
            var file = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(file) != null) return new DataFolder(folder, file);
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the data folder " + folder, e);
        }
        throw new IllegalStateException("another server is using the data folder " + folder
                + ": stop it, or choose another folder with --data");
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) { // held by this very process
            return null;
        }
    }

    Path path() {
        return folder;
    }

    Path database() {
        return folder.resolve("database");
    }

    Path updates() {
        return folder.resolve("updates");
    }

    Path store() {
        return folder.resolve("store");
    }

    Path backups() {
        return folder.resolve("backups");
    }

    /** Made at the first start. */
    String adminToken() {
        var file = tokenFile(folder);
        try {
            if (!Files.exists(file)) {
                byte[] token = new byte[32];
                new SecureRandom().nextBytes(token);
                var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
                Files.createFile(file, owner);
                Files.writeString(file, HexFormat.of().formatHex(token));
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + file, e);
        }
    }

    static Path tokenFile(Path folder) {
        return folder.resolve("admin-token");
    }

    static Path addressFile(Path folder) {
        return folder.resolve("address");
    }

    void writeAddress(String url) {
        try {
            Files.writeString(addressFile(folder), url);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to the data folder", e);
        }
    }

    @Override
    public void close() {
        try {
            lockFile.close(); // releases the lock
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
