package org.decentralizedai.server.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;

/**
 * One record of the log, little-endian.
 *
 * <pre> 0              4            8
 *       | body bytes n | crc32c of body | round i32 | task i64 | fence i64 | tokens i32 | first f64 | last f64
 *                                       | encoding u8 | part u8 | parts - 1 u8 | kind + 16 late u8 | worker: length i32, UTF-8
 *                                       | of kind 1: portion i64 | first i32 | steps i32 | batch i32 | update: the rest | </pre>
 *
 * Records of kind 0 are those of earlier versions, when each task was a whole portion.
 */
final class LogRecord {
    static final int HEADER = 8;
    static final int BEGINNING = HEADER + 4; // up to the task
    private static final int FIXED = 4 + 8 + 8 + 4 + 8 + 8 + 4 + 4;
    private static final int WORK = 8 + 4 + 4 + 4;
    private static final int WITHOUT_WORK = 0, WITH_WORK = 1, LATE_SHIFT = 4;
    private static final int LATEST = 7; // what fits beside the kind

    private LogRecord() {}

    static ByteBuffer encode(LoggedUpdate update) {
        byte[] worker = update.worker().getBytes(StandardCharsets.UTF_8);
        var work = update.work();
        int body = FIXED
                + worker.length
                + (work == null ? 0 : WORK)
                + update.encoded().length();
        var out = ByteBuffer.allocate(HEADER + body).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(body).putInt(0);
        out.putInt(update.round())
                .putLong(update.lease().taskId())
                .putLong(update.lease().fence())
                .putInt(update.tokens())
                .putDouble(update.firstLoss())
                .putDouble(update.lastLoss())
                .put((byte) update.encoding().ordinal())
                .put((byte) update.slice().part())
                .put((byte) (update.slice().parts() - 1))
                .put((byte) ((work == null ? WITHOUT_WORK : WITH_WORK) + (update.late() << LATE_SHIFT)))
                .putInt(worker.length)
                .put(worker);
        if (work != null)
            out.putLong(work.portion())
                    .putInt(work.first())
                    .putInt(work.steps())
                    .putInt(work.batch());
        out.put(update.encoded().array());
        out.putInt(4, crc(out.array(), HEADER, body));
        return out.flip();
    }

    /**
     * Whether a record may begin at this place, before its checksum is computed.
     *
     * @param countsIn round of all records of the file
     * @param left bytes from there to the file's end
     */
    static boolean mayBegin(ByteBuffer bytes, int place, int countsIn, long left) {
        int body = bytes.getInt(place), late = countsIn - bytes.getInt(place + HEADER);
        return body >= FIXED && body <= left - HEADER && late >= 0 && late <= LATEST;
    }

    /** @param record header and body */
    static LoggedUpdate decode(byte[] record) throws DamagedRecord {
        var in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        int body = in.getInt();
        if (body != record.length - HEADER || body < FIXED || in.getInt() != crc(record, HEADER, body))
            throw new DamagedRecord("record is damaged: its checksum differs");
        int round = in.getInt();
        var lease = new Lease(in.getLong(), in.getLong());
        int tokens = in.getInt();
        double first = in.getDouble(), last = in.getDouble();
        var encoding = UpdateEncoding.values()[in.get()];
        int part = in.get();
        var slice = new Slice(part, in.get() + 1);
        int kinds = in.get(), kind = kinds & (1 << LATE_SHIFT) - 1, late = kinds >> LATE_SHIFT;
        byte[] worker = new byte[in.getInt()];
        in.get(worker);
        var work = kind == WITH_WORK ? new Work(in.getLong(), in.getInt(), in.getInt(), in.getInt()) : null;
        byte[] encoded = new byte[in.remaining()];
        in.get(encoded);
        return new LoggedUpdate(
                round,
                late,
                lease,
                new String(worker, StandardCharsets.UTF_8),
                tokens,
                first,
                last,
                encoding,
                slice,
                work,
                new Bytes(encoded));
    }

    private static int crc(byte[] bytes, int offset, int length) {
        var crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
