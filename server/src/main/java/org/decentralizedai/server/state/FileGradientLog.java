package org.decentralizedai.server.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The log in files, one or more for each round: {@code <position of first byte>-<round>.log}, both decimal with leading zeros.
 * A position counts bytes over all files ever written. A record is forced to the disk before {@link #append} returns; what a
 * crash left half-written at the end is cut off when the log is opened. Thread-safe.
 */
public final class FileGradientLog implements GradientLog {
    private static final int MAX_RECORD = 1 << 30;

    private record Segment(Path file, int round) {}

    private final Path folder;
    private final long segmentBytes;
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private @Nullable Tail tail;

    /** The file that records are appended to. @param start its name: the position of its first byte */
    private record Tail(FileChannel channel, long start, int round) {}

    public FileGradientLog(Path folder) {
        this(folder, 256L << 20);
    }

    /** @param segmentBytes a file that has grown past this is followed by another */
    FileGradientLog(Path folder, long segmentBytes) {
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        try {
            Files.createDirectories(folder);
            try (var files = Files.list(folder)) {
                files.filter(file -> file.getFileName().toString().matches("\\d{19}-\\d{10}\\.log"))
                        .forEach(this::know);
            }
            openTail();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the update log in " + folder, e);
        }
    }

    private void know(Path file) {
        String name = file.getFileName().toString();
        segments.put(
                Long.parseLong(name.substring(0, 19)), new Segment(file, Integer.parseInt(name.substring(20, 30))));
    }

    private void openTail() throws IOException {
        if (segments.isEmpty()) return;
        var last = segments.lastEntry();
        var channel = FileChannel.open(last.getValue().file(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        long intact = scan(channel, last.getKey(), (_, _) -> {});
        if (intact < channel.size()) {
            channel.truncate(intact);
            channel.force(true);
        }
        channel.position(intact);
        tail = new Tail(channel, last.getKey(), last.getValue().round());
    }

    @Override
    public synchronized long append(LoggedUpdate update) {
        try {
            var to = tailFor(update.round());
            long start = to.channel().position();
            var bytes = LogRecord.encode(update);
            try {
                while (bytes.hasRemaining()) to.channel().write(bytes);
                to.channel().force(false);
            } catch (IOException e) { // nothing half-written may stand before the next record
                to.channel().truncate(start);
                to.channel().position(start);
                throw e;
            }
            return to.start() + start;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot append to the update log", e);
        }
    }

    private Tail tailFor(int round) throws IOException {
        var current = tail;
        if (current == null) return roll(0, round);
        long size = current.channel().position();
        if (current.round() == round && size < segmentBytes) return current;
        current.channel().close();
        return roll(current.start() + Math.max(size, 1), round); // an empty file keeps its name
    }

    private Tail roll(long start, int round) throws IOException {
        var file = folder.resolve("%019d-%010d.log".formatted(start, round));
        var channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        channel.force(true);
        forceFolder();
        segments.put(start, new Segment(file, round));
        var next = new Tail(channel, start, round);
        tail = next;
        return next;
    }

    private void forceFolder() throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public synchronized LoggedUpdate read(long position) {
        Map.Entry<Long, Segment> entry = segments.floorEntry(position);
        if (entry == null) throw new UncheckedIOException(new IOException("no record at " + position));
        try (var channel = FileChannel.open(entry.getValue().file(), StandardOpenOption.READ)) {
            return LogRecord.decode(record(channel, position - entry.getKey()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the update log at " + position, e);
        }
    }

    @Override
    public synchronized void replay(Sink sink) {
        for (var entry : segments.entrySet()) {
            try (var channel = FileChannel.open(entry.getValue().file(), StandardOpenOption.READ)) {
                long end = scan(channel, entry.getKey(), sink);
                if (end < channel.size())
                    throw new IOException(
                            "damaged at byte " + end + ": " + entry.getValue().file());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot replay the update log", e);
            }
        }
    }

    /** @return where the first record that is not intact begins, or the size */
    private static long scan(FileChannel channel, long start, Sink sink) throws IOException {
        long at = 0;
        while (at < channel.size()) {
            LoggedUpdate update;
            byte[] record;
            try {
                record = record(channel, at);
                update = LogRecord.decode(record);
            } catch (IOException e) { // the torn end; replay() reports it where it can't be one
                return at;
            }
            sink.accept(start + at, update);
            at += record.length;
        }
        return at;
    }

    private static byte[] record(FileChannel channel, long at) throws IOException {
        var header = ByteBuffer.allocate(LogRecord.HEADER).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, header, at);
        int body = header.getInt(0);
        if (body < 0 || body > MAX_RECORD || at + LogRecord.HEADER + body > channel.size())
            throw new IOException("record goes past the end of the file: " + body);
        var record = ByteBuffer.allocate(LogRecord.HEADER + body);
        fill(channel, record, at);
        return record.array();
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long at) throws IOException {
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, at + buffer.position());
            if (count < 0) throw new IOException("file ends within a record");
        }
    }

    @Override
    public synchronized void trim(int round) {
        var entries = segments.entrySet().iterator();
        try {
            while (entries.hasNext()) {
                var entry = entries.next();
                boolean current = tail != null && entry.getKey() == tail.start();
                if (entry.getValue().round() >= round || current) continue;
                Files.delete(entry.getValue().file());
                entries.remove();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot trim the update log", e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (tail != null) tail.channel().close();
            tail = null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
