package org.decentralizedai.server.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One file of the log: {@code <position of its first byte>-<round in which its updates count>.log}, both decimal with leading
 * zeros; records follow each other without gaps.
 */
record LogSegment(long start, int round, Path file) {
    private static final Pattern NAME = Pattern.compile("(\\d{19})-(\\d{10})\\.log");
    private static final int MAX_RECORD = 1 << 30;
    private static final int WINDOW = 1 << 20; // bytes that are searched at once
    private static final long NONE = -1;

    static LogSegment in(Path folder, long start, int round) {
        return new LogSegment(
                start, round, folder.resolve(String.format(Locale.ROOT, "%019d-%010d.log", start, round)));
    }

    /** Empty when the file has another kind of name. */
    static Optional<LogSegment> of(Path file) {
        var name = NAME.matcher(String.valueOf(file.getFileName()));
        if (!name.matches()) return Optional.empty();
        return Optional.of(new LogSegment(Long.parseLong(name.group(1)), Integer.parseInt(name.group(2)), file));
    }

    /** @return where the first record that is not intact begins, or the size */
    long scan(FileChannel channel, GradientLog.Sink sink) throws IOException {
        long at = 0;
        while (at < channel.size()) {
            LoggedUpdate update;
            byte[] record;
            try {
                record = record(channel, at);
                update = LogRecord.decode(record);
            } catch (DamagedRecord e) { // the callers know what may be torn
                return at;
            }
            sink.accept(start + at, update);
            at += record.length;
        }
        return at;
    }

    /**
     * Where the records end that a crash has left intact. Each is forced before the next is written, so only the last one can be
     * torn.
     *
     * @throws IOException when an intact record follows a damaged one: this is no crash's trace, and it must not be cut off
     */
    long intactEnd(FileChannel channel) throws IOException {
        long end = scan(channel, (_, _) -> {});
        long next = nextRecord(channel, end + 1);
        if (next != NONE)
            throw new IOException("the record at byte " + end + " is damaged, and others follow it, one at byte " + next
                    + ": " + file + "; take the folder from a backup");
        return end;
    }

    /** Where an intact record begins behind these bytes. The damage may have hit the length of the last: any byte may be its first. */
    private long nextRecord(FileChannel channel, long from) throws IOException {
        long size = channel.size();
        var window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = from; size - at >= LogRecord.BEGINNING; at += window.limit() - LogRecord.BEGINNING + 1) {
            window.clear().limit((int) Math.min(WINDOW, size - at));
            fill(channel, window, at);
            for (int i = 0; i <= window.limit() - LogRecord.BEGINNING; i++)
                if (LogRecord.mayBegin(window, i, round, size - at - i) && isRecord(channel, at + i)) return at + i;
        }
        return NONE;
    }

    private static int bodyBytes(FileChannel channel, long at) throws IOException {
        if (channel.size() - at < LogRecord.HEADER) return -1;
        var header = ByteBuffer.allocate(LogRecord.HEADER).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, header, at);
        return header.getInt(0);
    }

    private static boolean isRecord(FileChannel channel, long at) throws IOException {
        try {
            LogRecord.decode(record(channel, at));
            return true;
        } catch (DamagedRecord e) {
            return false;
        }
    }

    /** Header and body of the record at this byte of the file. */
    static byte[] record(FileChannel channel, long at) throws IOException {
        int body = bodyBytes(channel, at);
        if (body < 0 || body > MAX_RECORD || at + LogRecord.HEADER + body > channel.size())
            throw new DamagedRecord("record goes past the end of the file: " + body);
        var record = ByteBuffer.allocate(LogRecord.HEADER + body);
        fill(channel, record, at);
        return record.array();
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long at) throws IOException {
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, at + buffer.position());
            if (count < 0) throw new DamagedRecord("file ends within a record");
        }
    }
}
