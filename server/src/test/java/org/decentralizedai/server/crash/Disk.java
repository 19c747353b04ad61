package org.decentralizedai.server.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.decentralizedai.server.crash.Power.Phase;
import org.jspecify.annotations.Nullable;

/**
 * The files of log and database as two parties see them: the process sees real files, and beside them is kept what was forced,
 * which is all that a power cut leaves. A file of the log keeps its name only when its folder was forced too; H2 names its one
 * file before the first round. Can be full, and ends the process at the points it knows. One thread.
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

    static final String LOG = ".log", DATABASE = ".db";

    private final Path root;
    private final Power power;
    private final Map<Path, byte[]> forced = new HashMap<>();
    private final Set<Path> named = new HashSet<>();
    private @Nullable String full; // end of the names of the files that can't grow
    private @Nullable Crash crash; // to be thrown after half a write

    /** @param root holds what is on the disk when the process starts */
    Disk(Path root, Power power) {
        this.root = root;
        this.power = power;
        for (Path file : files(root)) {
            forced.put(file, bytes(file));
            named.add(file);
        }
    }

    Path database() {
        return folder("database");
    }

    Path updates() {
        return folder("updates");
    }

    private Path folder(String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param files whose names end so can't be written any more; null: there is room again */
    void full(@Nullable String files) {
        full = files;
    }

    private boolean full(Path path) {
        return full != null && path.toString().endsWith(full);
    }

    FileChannel open(Path path, OpenOption... options) throws IOException {
        requirePower();
        return new DiskChannel(this, path, FileChannel.open(path, options));
    }

    /** How many of so many bytes can be written; {@link #failure} follows when not all. */
    int room(Path path, int bytes) throws IOException {
        requirePower();
        if (path.toString().endsWith(DATABASE)) power.commits();
        boolean torn = path.toString().endsWith(LOG)
                ? power.endsAt(CrashPoint.RECORD_TORN)
                : power.phase() == Phase.UPDATE && power.endsAt(CrashPoint.COMMIT_TORN)
                        || power.phase() == Phase.CLOSE && power.endsAt(CrashPoint.ROUND_TORN);
        if (torn) crash = power.cut();
        return torn || full(path) ? bytes / 2 : bytes;
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
            if (power.phase() != Phase.START) power.reach(CrashPoint.LOG_FILE_MADE);
            named.removeIf(file -> path.equals(file.getParent()) && !Files.exists(file));
            named.addAll(files(path));
        } else if (path.toString().endsWith(LOG)) {
            if (Files.size(path) > 0) power.reach(CrashPoint.RECORD_WRITTEN);
            forced.put(path, bytes(path));
        } else {
            if (power.phase() == Phase.UPDATE) power.reach(CrashPoint.COMMITTED);
            if (power.phase() == Phase.CLOSE) power.reach(CrashPoint.ROUND_COMMITTED);
            forced.put(path, bytes(path));
            named.add(path);
        }
    }

    /** Writes what is left after a crash into another folder. */
    void leave(Left left, Path target, Random random) {
        try {
            for (Path file : left == Left.ALL ? files(root) : named) {
                byte[] bytes = left == Left.ALL ? bytes(file) : forced.get(file);
                if (bytes == null) bytes = new byte[0]; // named, but nothing in it was forced
                if (left == Left.SOME_OF_THE_LOG && file.toString().endsWith(LOG)) bytes = torn(file, bytes, random);
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

    private static Set<Path> files(Path folder) {
        try (var all = Files.walk(folder)) {
            var files = new HashSet<Path>();
            all.filter(Files::isRegularFile).forEach(files::add);
            return files;
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
