package org.decentralizedai.server.state;

import java.io.IOException;
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
 *                                       | encoding u8 | part u8 | parts - 1 u8 | 16 late u8 | worker: length i32, UTF-8 | update: the rest | </pre>
 */
final class LogRecord {
    static final int HEADER = 8;
    private static final int FIXED = 4 + 8 + 8 + 4 + 8 + 8 + 4 + 4;

    private static final int LATE_SHIFT = 4; // it is 3 at most; the lower bits are 0

    private LogRecord() {}

    static ByteBuffer encode(LoggedUpdate update) {
        byte[] worker = update.worker().getBytes(StandardCharsets.UTF_8);
        int body = FIXED + worker.length + update.encoded().length();
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
                .put((byte) (update.late() << LATE_SHIFT))
                .putInt(worker.length)
                .put(worker)
                .put(update.encoded().array());
        out.putInt(4, crc(out.array(), HEADER, body));
        return out.flip();
    }

    /** @param record header and body */
    static LoggedUpdate decode(byte[] record) throws IOException {
        var in = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
        int body = in.getInt();
        if (body != record.length - HEADER || body < FIXED || in.getInt() != crc(record, HEADER, body))
            throw new IOException("record is damaged: its checksum differs");
        int round = in.getInt();
        var lease = new Lease(in.getLong(), in.getLong());
        int tokens = in.getInt();
        double first = in.getDouble(), last = in.getDouble();
        var encoding = UpdateEncoding.values()[in.get()];
        int part = in.get();
        var slice = new Slice(part, in.get() + 1);
        int late = in.get() >> LATE_SHIFT;
        byte[] worker = new byte[in.getInt()];
        in.get(worker);
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
                new Bytes(encoded));
    }

    private static int crc(byte[] bytes, int offset, int length) {
        var crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
