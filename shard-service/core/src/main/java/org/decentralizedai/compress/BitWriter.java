package org.decentralizedai.compress;

import java.util.Arrays;

/** Writes bits from the lowest of each byte up. What is left of the last byte is zero. */
final class BitWriter {
    private final byte[] out;
    private int at;
    private int window; // bits not yet in out, fewer than 8 between calls
    private int filled;

    /** @param maxBytes that will be written */
    BitWriter(int maxBytes) {
        out = new byte[maxBytes];
    }

    /** The lowest {@code count} bits of {@code value}, which has no others; at most 16. */
    void bits(int value, int count) {
        window |= value << filled;
        filled += count;
        while (filled >= 8) {
            out[at++] = (byte) window;
            window >>>= 8;
            filled -= 8;
        }
    }

    /** {@code zeros} zero bits and a one. */
    void unary(int zeros) {
        int rest = zeros;
        for (; rest >= 16; rest -= 16) bits(0, 16);
        bits(1 << rest, rest + 1);
    }

    byte[] bytes() {
        int end = at;
        if (filled > 0) out[end++] = (byte) window;
        return end == out.length ? out : Arrays.copyOf(out, end);
    }
}
