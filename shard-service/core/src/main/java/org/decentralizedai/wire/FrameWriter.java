package org.decentralizedai.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes one frame, field by field; grows as needed. */
final class FrameWriter {
    private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    FrameWriter(int type) {
        buffer.put(FrameLayout.VERSION_AT, (byte) FrameLayout.VERSION);
        buffer.put(FrameLayout.TYPE_AT, (byte) type);
        buffer.position(FrameLayout.HEADER);
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int capacity = Math.max(2 * buffer.capacity(), buffer.position() + bytes);
            ByteBuffer larger = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
            buffer.flip();
            larger.put(buffer);
            buffer = larger;
        }
        return buffer;
    }

    FrameWriter i32(int value) {
        room(4).putInt(value);
        return this;
    }

    FrameWriter i64(long value) {
        room(8).putLong(value);
        return this;
    }

    FrameWriter f64(double value) {
        room(8).putDouble(value);
        return this;
    }

    FrameWriter bool(boolean value) {
        room(1).put((byte) (value ? 1 : 0));
        return this;
    }

    FrameWriter bytes(byte[] value) {
        i32(value.length);
        room(value.length).put(value);
        return this;
    }

    FrameWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    FrameWriter hash(Sha256 value) {
        room(Sha256.BYTES).put(value.bytes());
        return this;
    }

    FrameWriter hashes(List<Sha256> values) {
        i32(values.size());
        for (Sha256 value : values) hash(value);
        return this;
    }

    FrameWriter hops(List<Hop> values) {
        i32(values.size());
        for (Hop value : values) hash(value.from()).hashes(value.pieces()).i32(value.bytes());
        return this;
    }

    FrameWriter lease(Lease value) {
        return i64(value.taskId()).i64(value.fence());
    }

    byte[] frame() {
        int length = buffer.position();
        if (length > FrameLayout.MAX_FRAME)
            throw new IllegalArgumentException(
                    "frame must have at most " + FrameLayout.MAX_FRAME + " bytes: " + length);
        buffer.putInt(FrameLayout.LENGTH_AT, length - FrameLayout.HEADER);
        byte[] frame = new byte[length];
        buffer.flip();
        buffer.get(frame);
        return frame;
    }
}
