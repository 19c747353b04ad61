package org.decentralizedai.wire;

import static org.decentralizedai.wire.FrameException.Code.BAD_FIELD;
import static org.decentralizedai.wire.FrameException.Code.BAD_LENGTH;
import static org.decentralizedai.wire.FrameException.Code.UNKNOWN_VERSION;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads one frame, field by field. Never allocates more than the frame has bytes; throws only {@link FrameException}. */
final class FrameReader {
    private final ByteBuffer buffer;
    private final int type;

    FrameReader(byte[] frame) {
        if (frame.length < FrameLayout.HEADER || frame.length > FrameLayout.MAX_FRAME)
            throw new FrameException(BAD_LENGTH, "frame length out of range: " + frame.length);
        buffer = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        int version = buffer.get(FrameLayout.VERSION_AT) & 255;
        if (version != FrameLayout.VERSION)
            throw new FrameException(
                    UNKNOWN_VERSION, "protocol version " + version + " is not spoken here: reload the page");
        type = buffer.get(FrameLayout.TYPE_AT) & 255;
        if (buffer.getInt(FrameLayout.LENGTH_AT) != frame.length - FrameLayout.HEADER)
            throw new FrameException(BAD_LENGTH, "announced length differs: " + buffer.getInt(FrameLayout.LENGTH_AT));
        buffer.position(FrameLayout.HEADER);
    }

    int type() {
        return type;
    }

    private ByteBuffer need(int bytes) {
        if (bytes < 0 || bytes > buffer.remaining())
            throw new FrameException(BAD_LENGTH, "field goes past the frame: " + bytes);
        return buffer;
    }

    int i32() {
        return need(4).getInt();
    }

    long i64() {
        return need(8).getLong();
    }

    double f64() {
        return need(8).getDouble();
    }

    boolean bool() {
        byte value = need(1).get();
        if (value != 0 && value != 1) throw new FrameException(BAD_FIELD, "boolean must be 0 or 1: " + value);
        return value == 1;
    }

    byte[] bytes() {
        int length = i32();
        need(length);
        byte[] value = new byte[length];
        buffer.get(value);
        return value;
    }

    String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    Sha256 hash() {
        need(Sha256.BYTES);
        byte[] digest = new byte[Sha256.BYTES];
        buffer.get(digest);
        return Sha256.of(digest);
    }

    List<Sha256> hashes() {
        int count = i32();
        if (count < 0 || count > buffer.remaining() / Sha256.BYTES)
            throw new FrameException(BAD_LENGTH, "list goes past the frame: " + count);
        var values = new ArrayList<Sha256>(count);
        for (int i = 0; i < count; i++) values.add(hash());
        return values;
    }

    List<Hop> hops() {
        int count = i32();
        if (count < 0 || count > buffer.remaining() / FrameLayout.SHORTEST_HOP)
            throw new FrameException(BAD_LENGTH, "list goes past the frame: " + count);
        var values = new ArrayList<Hop>(count);
        for (int i = 0; i < count; i++) values.add(new Hop(hash(), hashes(), i32()));
        return values;
    }

    <E extends Enum<E>> E constant(E[] values) {
        int ordinal = i32();
        if (ordinal < 0 || ordinal >= values.length)
            throw new FrameException(BAD_FIELD, "no such constant: " + ordinal);
        return values[ordinal];
    }

    Lease lease() {
        return new Lease(i64(), i64());
    }

    void end() {
        if (buffer.hasRemaining())
            throw new FrameException(BAD_LENGTH, "bytes after the last field: " + buffer.remaining());
    }
}
