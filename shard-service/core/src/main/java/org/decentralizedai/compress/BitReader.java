package org.decentralizedai.compress;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads what {@link BitWriter} wrote. Never reads past the bytes: throws {@link IllegalArgumentException} instead. */
final class BitReader {
    private static final int WINDOW = 25; // bits that are there wherever in a byte we stand

    private final byte[] bytes;
    private final ByteBuffer words;
    private final int end;
    private int position; // in bits, like end

    BitReader(byte[] bytes) {
        this.bytes = bytes;
        words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        end = Math.multiplyExact(8, bytes.length);
    }

    /** At least {@link #WINDOW} bits from here on, with zeros above them and where there are no more bytes. */
    private int window() {
        int at = position >>> 3, shift = position & 7;
        if (at <= bytes.length - Integer.BYTES) return words.getInt(at) >>> shift;
        int word = 0;
        for (int i = 0; at + i < bytes.length; i++) word |= (bytes[at + i] & 255) << 8 * i;
        return word >>> shift;
    }

    private void skip(int count) {
        position += count;
        if (position > end)
            throw new IllegalArgumentException("bytes end before the last value: bytes=" + bytes.length);
    }

    /** @param count at most {@link #WINDOW} */
    int bits(int count) {
        int value = window() & (1 << count) - 1;
        skip(count);
        return value;
    }

    /**
     * A Rice code: some zero bits, a one, and {@code low} bits; at most 16 of these.
     *
     * @return number of zeros << low | low bits
     * @throws IllegalArgumentException when there are more than {@code most} zeros
     */
    int rice(int most, int low) {
        int window = window(), zeros = Integer.numberOfTrailingZeros(window);
        if (zeros + 1 + low > WINDOW || zeros > most) return longRice(most, low);
        skip(zeros + 1 + low);
        return zeros << low | window >>> zeros + 1 & (1 << low) - 1;
    }

    private int longRice(int most, int low) {
        int zeros = 0;
        for (; bits(1) == 0; zeros++)
            if (zeros == most)
                throw new IllegalArgumentException("gap must be in the chunk: more than " + most + " units");
        return zeros << low | bits(low);
    }

    /** The rest must be fewer than eight bits, all zero. */
    void end() {
        int whole = (end - position) / 8;
        if (whole > 0)
            throw new IllegalArgumentException("bytes after the last value: " + whole + " of " + bytes.length);
        if (window() != 0) throw new IllegalArgumentException("padding bits must be zero: " + window());
    }
}
