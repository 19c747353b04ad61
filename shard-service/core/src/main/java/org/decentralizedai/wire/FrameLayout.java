package org.decentralizedai.wire;

/**
 * Frame header, little-endian; nobody else computes an offset.
 *
 * <pre> 0         1      2          4                8          16
 *       | version | type | reserved | payload bytes  | reserved | payload </pre>
 */
public final class FrameLayout {
    public static final int VERSION = 4;
    public static final int HEADER = 16;

    /** Greatest part of an update in one frame. */
    public static final int MAX_CHUNK = 64 << 10;

    /** Greatest frame that either side accepts, header included. */
    public static final int MAX_FRAME = 1 << 20;

    /** Bytes of a {@link Hop} of one piece: two hashes, the number of pieces, the length of the delta. */
    static final int SHORTEST_HOP = 2 * Sha256.BYTES + 4 + 4;

    static final int VERSION_AT = 0, TYPE_AT = 1, LENGTH_AT = 4;

    private FrameLayout() {}
}
