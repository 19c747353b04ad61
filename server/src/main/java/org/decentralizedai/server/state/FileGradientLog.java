package org.decentralizedai.server.state;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.decentralizedai.store.blob.FileOpener;
import org.jspecify.annotations.Nullable;

/**
 * The log in files, one or more for each round, see {@link LogSegment}. A position counts bytes over all files ever written. A
 * record is forced to the disk before {@link #append} returns. What is half-written, by a crash or on a full disk, is cut off
 * before anything else is written. Thread-safe.
 */
public final class FileGradientLog implements GradientLog {
    private static final long SEGMENT_BYTES = 256L << 20;

    private final Path folder;
    private final long segmentBytes;
    private final FileOpener files;
    private final TreeMap<Long, LogSegment> segments = new TreeMap<>();
    private @Nullable Tail tail; // null before the first record
    private boolean closed;

    /**
     * The file that records are appended to.
     *
     * @param end of its last whole record
     * @param clean false after a failure: there may be bytes behind the end, and the channel may be closed
     */
    private record Tail(LogSegment segment, FileChannel channel, long end, boolean clean) {
        Tail grown(long to) {
            return new Tail(segment, channel, to, true);
        }

        Tail failed() {
            return new Tail(segment, channel, end, false);
        }
    }

    public FileGradientLog(Path folder) {
        this(folder, SEGMENT_BYTES, FileChannel::open);
    }

    /** @param segmentBytes a file that has grown past this is followed by another */
    public FileGradientLog(Path folder, long segmentBytes, FileOpener files) {
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.files = files;
        try {
            Files.createDirectories(folder);
            try (var names = Files.list(folder)) {
                names.forEach(name -> LogSegment.of(name).ifPresent(segment -> segments.put(segment.start(), segment)));
            }
            openTail();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the update log in " + folder, e);
        }
    }

    private void openTail() throws IOException {
        if (segments.isEmpty()) return;
        var last = segments.lastEntry().getValue();
        var channel = files.open(last.file(), READ, WRITE);
        long end = last.intactEnd(channel);
        tail = new Tail(last, cut(channel, end), end, true);
    }

    private static FileChannel cut(FileChannel channel, long end) throws IOException {
        if (channel.size() == end) return channel;
        channel.truncate(end);
        channel.force(true);
        return channel;
    }

    @Override
    public synchronized long append(LoggedUpdate update) {
        try {
            var to = tailFor(update.countsIn());
            var bytes = LogRecord.encode(update);
            long end = to.end() + bytes.remaining();
            tail = to.failed(); // unless all goes well
            while (bytes.hasRemaining()) to.channel().write(bytes, end - bytes.remaining());
            to.channel().force(false);
            tail = to.grown(end);
            return to.segment().start() + to.end();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot append to the update log", e);
        }
    }

    private Tail tailFor(int round) throws IOException {
        if (closed) throw new IOException("the log is closed");
        var current = tail;
        if (current == null) return begin(LogSegment.in(folder, 0, round));
        if (!current.clean()) current = repaired(current);
        if (current.segment().round() == round && current.end() < segmentBytes) return current;
        long start = current.segment().start() + Math.max(current.end(), 1); // an empty file keeps its name
        var next = begin(LogSegment.in(folder, start, round));
        current.channel().close();
        return next;
    }

    /** As a restart would find it: nothing stands behind the last whole record. */
    private Tail repaired(Tail broken) throws IOException {
        broken.channel().close();
        var channel = files.open(broken.segment().file(), READ, WRITE);
        var repaired = new Tail(broken.segment(), cut(channel, broken.end()), broken.end(), true);
        tail = repaired;
        return repaired;
    }

    private Tail begin(LogSegment segment) throws IOException {
        // a file may be left from a try that failed; no record in it was ever acknowledged
        var channel = files.open(segment.file(), CREATE, TRUNCATE_EXISTING, READ, WRITE);
        channel.force(true);
        try (var entries = files.open(folder, READ)) {
            entries.force(true);
        }
        segments.put(segment.start(), segment);
        var next = new Tail(segment, channel, 0, true);
        tail = next;
        return next;
    }

    @Override
    public LoggedUpdate read(long position) {
        var segment = segmentAt(position);
        try (var channel = files.open(segment.file(), READ)) {
            return LogRecord.decode(LogSegment.record(channel, position - segment.start()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the update log at " + position, e);
        }
    }

    @Override
    public synchronized boolean holds(long position) {
        var segment = segments.floorEntry(position);
        if (segment == null) return false;
        try (var channel = files.open(segment.getValue().file(), READ)) {
            return position - segment.getKey() < channel.size(); // else it was in a later one, which is gone
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for " + position + " in the update log", e);
        }
    }

    private synchronized LogSegment segmentAt(long position) {
        Map.Entry<Long, LogSegment> entry = segments.floorEntry(position);
        if (entry == null) throw new UncheckedIOException(new IOException("no record at " + position));
        return entry.getValue();
    }

    @Override
    public synchronized void replay(Sink sink) {
        for (var segment : segments.values()) {
            try (var channel = files.open(segment.file(), READ)) {
                long end = segment.scan(channel, sink);
                if (end < channel.size()) throw new IOException("damaged at byte " + end + ": " + segment.file());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot replay the update log", e);
            }
        }
    }

    @Override
    public synchronized void trim(int round) {
        var all = segments.values().iterator();
        try {
            while (all.hasNext()) {
                var segment = all.next();
                boolean current =
                        tail != null && segment.start() == tail.segment().start();
                if (segment.round() >= round || current) continue;
                Files.deleteIfExists(segment.file()); // a crash can bring a name back, or the next one take it
                all.remove();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot trim the update log", e);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            if (tail != null) tail.channel().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
