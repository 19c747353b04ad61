package org.decentralizedai.server.crash;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.decentralizedai.server.crash.Power.Phase;
import org.jspecify.annotations.Nullable;

/**
 * The files of log, database and blobs as two parties see them: the process sees real files, and beside them is kept what was
 * forced, which is all that a power cut leaves. A file keeps the name that it had, or was given, when the folder was last forced;
 * only H2 names its one file before the first round. Can be full, and ends the process at the points it knows. One thread.
 */
final class Disk {
    /** What is left of writes that were not forced. */
    enum Left {
        /** The process was killed: the system writes them later. */
        ALL,
        /** The power went. */
        NONE,
        /** The power went while the end of the log was being written. */
        SOME_OF_THE_LOG
    }

    /** Whose files they are. */
    enum Part {
        LOG,
        DATABASE,
        BLOBS
    }

    /** What was forced of a file, whatever its name; null before the first time. */
    private static final class Inode {
        private byte @Nullable [] forced;
    }

    private final Path root;
    private final Power power;
    private final Map<Object, Inode> inodes = new HashMap<>(); // by the system's key
    private final Map<Path, Inode> named = new HashMap<>();
    private final Set<Path> folders = new HashSet<>(); // that have their names for good
    private @Nullable Part full; // whose files can't grow
    private int failingReads;
    private @Nullable Crash crash; // to be thrown after half a write

    /** @param root holds what is on the disk when the process starts */
    Disk(Path root, Power power) {
        this.root = root;
        this.power = power;
        for (Path path : below(root)) {
            if (Files.isDirectory(path)) folders.add(path);
            else name(path).forced = bytes(path);
        }
    }

    Path database() {
        return folder("database");
    }

    Path updates() {
        return folder("updates");
    }

    Path store() {
        return folder("store");
    }

    private Path folder(String name) {
        try {
            var folder = Files.createDirectories(root.resolve(name));
            folders.add(folder);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Part part(Path path) {
        if (path.startsWith(root.resolve("store"))) return Part.BLOBS;
        return path.toString().endsWith(".db") ? Part.DATABASE : Part.LOG;
    }

    /** @param part whose files can't be written any more; null: there is room again */
    void full(@Nullable Part part) {
        full = part;
    }

    private boolean full(Path path) {
        return full == part(path);
    }

    /** So many times. */
    void failReads(int times) {
        failingReads = times;
    }

    void requireReadable(Path path) throws IOException {
        if (failingReads > 0 && failingReads-- > 0) throw new IOException("Input/output error: " + path);
    }

    FileChannel open(Path path, OpenOption... options) throws IOException {
        requirePower();
        boolean made = !Files.exists(path);
        return opened(path, FileChannel.open(path, options), made);
    }

    /** @param made whether it was not there before; it may have the key of one that was deleted */
    synchronized DiskChannel opened(Path path, FileChannel file, boolean made) {
        if (made) inodes.put(key(path), new Inode());
        return new DiskChannel(this, path, file);
    }

    /** How many of so many bytes can be written; {@link #failure} follows when not all. */
    int room(Path path, int bytes) throws IOException {
        requirePower();
        if (part(path) == Part.DATABASE) power.commits();
        boolean torn = tearingAt(path).stream().anyMatch(power::endsAt);
        if (torn) crash = power.cut();
        return torn || full(path) ? bytes / 2 : bytes;
    }

    private List<CrashPoint> tearingAt(Path path) {
        return switch (part(path)) {
            case LOG -> List.of(CrashPoint.RECORD_TORN);
            case DATABASE -> at(CrashPoint.COMMIT_TORN, CrashPoint.ROUND_TORN);
            case BLOBS -> at(null, CrashPoint.BLOB_TORN);
        };
    }

    private List<CrashPoint> at(@Nullable CrashPoint updating, CrashPoint closing) {
        if (power.phase() == Phase.CLOSE) return List.of(closing);
        return updating != null && power.phase() == Phase.UPDATE ? List.of(updating) : List.of();
    }

    IOException failure(Path path) {
        if (crash != null) throw crash;
        return new IOException("No space left on device: " + path);
    }

    void requirePower() throws IOException {
        if (power.off()) throw new IOException("the power is off");
    }

    synchronized void force(Path path) throws IOException {
        requirePower();
        if (full(path)) throw failure(path);
        if (Files.isDirectory(path)) {
            reachNaming(path.normalize());
            forceNames(path.normalize());
            return;
        }
        reachForcing(path);
        inode(path).forced = bytes(path);
        if (part(path) == Part.DATABASE) name(path);
    }

    private void reachNaming(Path folder) {
        if (part(folder) == Part.LOG && power.phase() != Phase.START) power.reach(CrashPoint.LOG_FILE_MADE);
        if (part(folder) == Part.BLOBS && power.phase() == Phase.CLOSE) power.reach(CrashPoint.BLOB_NAMED);
        if (part(folder) == Part.BLOBS && power.phase() == Phase.PROMOTE) power.reach(CrashPoint.POINTER_NAMED);
    }

    private void reachForcing(Path file) throws IOException {
        switch (part(file)) {
            case LOG -> {
                if (Files.size(file) > 0) power.reach(CrashPoint.RECORD_WRITTEN);
            }
            case DATABASE ->
                at(CrashPoint.COMMITTED, CrashPoint.ROUND_COMMITTED).forEach(power::reach);
            case BLOBS -> at(null, CrashPoint.BLOB_WRITTEN).forEach(power::reach);
        }
    }

    private void forceNames(Path folder) throws IOException {
        named.keySet().removeIf(file -> folder.equals(file.getParent()));
        try (var entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                if (Files.isDirectory(entry)) folders.add(entry);
                else name(entry);
            }
        }
    }

    private Inode name(Path file) {
        var inode = inode(file);
        named.put(file, inode);
        return inode;
    }

    private Inode inode(Path file) {
        return inodes.computeIfAbsent(key(file), _ -> new Inode());
    }

    /** Writes what is left after a crash into another folder. */
    void leave(Left left, Path target, Random random) {
        try {
            for (Path file : left == Left.ALL ? below(root) : named.keySet()) {
                if (Files.isDirectory(file) || left != Left.ALL && !folders.contains(file.getParent())) continue;
                byte[] bytes = left == Left.ALL ? bytes(file) : requireNonNull(named.get(file)).forced;
                if (bytes == null) bytes = new byte[0]; // named, but nothing in it was forced
                if (left == Left.SOME_OF_THE_LOG && part(file) == Part.LOG) bytes = torn(file, bytes, random);
                var copy = target.resolve(root.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.write(copy, bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] torn(Path file, byte[] stable, Random random) {
        if (!Files.exists(file)) return stable;
        byte[] seen = bytes(file);
        if (seen.length <= stable.length) return stable;
        return Arrays.copyOf(seen, stable.length + random.nextInt(seen.length - stable.length + 1));
    }

    private static List<Path> below(Path folder) {
        try (var all = Files.walk(folder)) {
            return all.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object key(Path file) {
        try {
            return requireNonNull(
                    Files.readAttributes(file, BasicFileAttributes.class).fileKey(), "no inodes here");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
