package org.decentralizedai.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The step from one checkpoint to the next, for workers that hold an earlier one. Exact by this rule: the coordinator publishes
 * not θ − step but θ minus the <em>coded</em> step, by the same {@link #apply} as everybody else, and carries what the code
 * rounded away into its next step ({@link ErrorFeedback} with β = 1). So both sides hold the same bits, the new checkpoint's
 * hash proves it, and nothing is lost over rounds.
 *
 * <p>Why not a lossless difference: a step changes a weight by a good part of its own size, so that nearly all bits differ.
 * Rice-coded differences of the bit patterns took 29.3 (nano) and 30.4 (tiny) of 32 bits after a round of 30 steps; INT8 takes 8.1, INT4 4.25.
 *
 * <pre> 0         1          2       4            8
 * | version | encoding | 0 u16 | values i32 | coded step | </pre>
 */
public final class CheckpointDelta {
    static final int VERSION = 1, HEADER = 8;

    private CheckpointDelta() {}

    /** Most bytes of a delta, header included. */
    public static int maxBytes(UpdateEncoding encoding, int values) {
        return Math.addExact(HEADER, UpdateCodec.maxEncodedBytes(encoding, values));
    }

    /**
     * @param coded the step θ − θ', encoded, e.g. {@link ErrorFeedback#encoded}
     * @throws IllegalArgumentException when the coded step is malformed
     */
    public static byte[] of(UpdateEncoding encoding, byte[] coded, int values) {
        UpdateCodec.check(encoding, coded, values);
        return ByteBuffer.allocate(HEADER + coded.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) VERSION)
                .put((byte) encoding.ordinal())
                .putShort((short) 0)
                .putInt(values)
                .put(coded)
                .array();
    }

    /**
     * Turns θ into θ' in place; several missed rounds are applied one after the other, oldest first. Check the hash of the result:
     * applied to other weights than those it was made for, a delta gives other weights.
     *
     * @throws IllegalArgumentException when malformed or of another length; the weights are then as they were
     */
    public static void apply(byte[] delta, float[] weights) {
        if (delta.length < HEADER)
            throw new IllegalArgumentException("a delta must have at least " + HEADER + " bytes: " + delta.length);
        var in = ByteBuffer.wrap(delta).order(ByteOrder.LITTLE_ENDIAN);
        int version = in.get() & 255, ordinal = in.get() & 255, reserved = in.getShort(), values = in.getInt();
        if (version != VERSION)
            throw new IllegalArgumentException("version must be " + VERSION + ": version=" + version);
        if (reserved != 0) throw new IllegalArgumentException("reserved bytes must be zero: " + reserved);
        if (values != weights.length)
            throw new IllegalArgumentException("values must be " + weights.length + ": values=" + values);
        byte[] coded = new byte[delta.length - HEADER];
        in.get(coded);
        UpdateCodec.decodeAdd(encoding(ordinal), coded, -1, weights);
    }

    private static UpdateEncoding encoding(int ordinal) {
        var all = UpdateEncoding.values();
        if (ordinal >= all.length) throw new IllegalArgumentException("no such encoding: " + ordinal);
        return all[ordinal];
    }
}
