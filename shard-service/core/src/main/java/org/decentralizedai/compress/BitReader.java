package org.decentralizedai.compress;

/** Reads what {@link BitWriter} wrote. Never reads past the bytes: throws {@link IllegalArgumentException} instead. */
final class BitReader {
    private final byte[] in;
    private int at;
    private int window; // the next bits; above those that are available there are zeros
    private int available;

    BitReader(byte[] in) {
        this.in = in;
    }

    private void refill() {
        for (; available <= 24 && at < in.length; available += 8) window |= (in[at++] & 255) << available;
    }

    /** @param count at most 24 */
    int bits(int count) {
        if (available < count) refill();
        if (available < count) throw tooShort();
        int value = window & (1 << count) - 1;
        window >>>= count;
        available -= count;
        return value;
    }

    /** Number of zero bits before the next one, which is consumed too; at most {@code most}. */
    int unary(int most) {
        int zeros = 0;
        while (window == 0) {
            zeros += available;
            available = 0;
            if (zeros > most) break;
            refill();
            if (available == 0) throw tooShort();
        }
        int more = Integer.numberOfTrailingZeros(window);
        zeros += more;
        if (zeros > most) throw new IllegalArgumentException("gap must be in the chunk: more than " + most + " units");
        window = window >>> more >>> 1; // not more + 1, which may be 32
        available -= more + 1;
        return zeros;
    }

    /** The rest must be fewer than eight bits, all zero. */
    void end() {
        refill();
        if (at < in.length || available >= 8)
            throw new IllegalArgumentException(
                    "bytes after the last value: " + (in.length - at + available / 8) + " of " + in.length);
        if (window != 0) throw new IllegalArgumentException("padding bits must be zero: " + window);
    }

    private IllegalArgumentException tooShort() {
        return new IllegalArgumentException("bytes end before the last value: bytes=" + in.length);
    }
}
