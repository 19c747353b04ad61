package org.decentralizedai.server.calibrate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Values as little-endian f32. */
final class Packed {
    private Packed() {}

    static byte[] of(float[] values) {
        var packed = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        packed.asFloatBuffer().put(values);
        return packed.array();
    }

    static float[] values(byte[] packed) {
        float[] values = new float[packed.length / Float.BYTES];
        ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }
}
