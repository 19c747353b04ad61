package org.decentralizedai.compress;

/**
 * Encodes and decodes updates. A decoder allocates one block of at most 512 values beside what its caller asked for, reads every
 * byte once (twice where it checks first), and throws only {@link IllegalArgumentException}. NaN and infinite values and scales
 * are not refused here: they come out as values that are not finite, for the caller's own check.
 */
public final class UpdateCodec {
    private UpdateCodec() {}

    /** Fewest bytes of an update; the same as {@link #maxEncodedBytes} for the dense forms. */
    public static int minEncodedBytes(UpdateEncoding encoding, int values) {
        return encoding.form().minBytes(notNegative(values));
    }

    /** Most bytes of an update: what a receiver must be ready to store, and need not exceed. */
    public static int maxEncodedBytes(UpdateEncoding encoding, int values) {
        return encoding.form().maxBytes(notNegative(values));
    }

    private static int notNegative(int values) {
        if (values < 0) throw new IllegalArgumentException("values must be >= 0: values=" + values);
        return values;
    }

    public static byte[] encode(UpdateEncoding encoding, float[] update) {
        return encoding.form().encode(update);
    }

    /**
     * @return {@code values} numbers, which may be NaN or infinite where the sender wrote so
     * @throws IllegalArgumentException when the bytes are not what the encoding demands
     */
    public static float[] decode(UpdateEncoding encoding, byte[] encoded, int values) {
        requireLength(encoding, encoded, values);
        float[] update = new float[values];
        encoding.form().decode(encoded, values, new Sums.Store(update));
        return update;
    }

    /**
     * Hands the values on without building the dense update, e.g. to a norm or a comparison.
     *
     * @throws IllegalArgumentException when malformed, possibly after part of it went to the sink
     */
    public static void decode(UpdateEncoding encoding, byte[] encoded, int values, UpdateSink sink) {
        requireLength(encoding, encoded, values);
        encoding.form().decode(encoded, values, sink);
    }

    /** Costs the dense forms nothing. @throws IllegalArgumentException when the bytes are not what the encoding demands */
    public static void check(UpdateEncoding encoding, byte[] encoded, int values) {
        requireLength(encoding, encoded, values);
        encoding.form().check(encoded, values);
    }

    /**
     * sum += weight * update, computed in doubles and rounded once. Malformed bytes leave {@code sum} as it was.
     *
     * @throws IllegalArgumentException as {@link #decode}
     */
    public static void decodeAdd(UpdateEncoding encoding, byte[] encoded, double weight, float[] sum) {
        check(encoding, encoded, sum.length);
        encoding.form().decode(encoded, sum.length, new Sums.Floats(weight, sum));
    }

    /** sum += weight * update in doubles. Malformed bytes leave {@code sum} as it was. */
    public static void decodeAdd(UpdateEncoding encoding, byte[] encoded, double weight, double[] sum) {
        decodeAdd(encoding, encoded, Slice.WHOLE, weight, sum);
    }

    /**
     * The same where the update is a slice of what is summed.
     *
     * @throws IllegalArgumentException as {@link #decode}
     */
    public static void decodeAdd(UpdateEncoding encoding, byte[] encoded, Slice slice, double weight, double[] sum) {
        int values = slice.length(sum.length);
        check(encoding, encoded, values);
        encoding.form().decode(encoded, values, new Sums.Doubles(weight, slice, sum));
    }

    private static void requireLength(UpdateEncoding encoding, byte[] encoded, int values) {
        int min = minEncodedBytes(encoding, values), max = maxEncodedBytes(encoding, values);
        if (encoded.length >= min && encoded.length <= max) return;
        throw new IllegalArgumentException(encoding + " of " + values + " values must have "
                + (min == max ? String.valueOf(min) : min + ".." + max) + " bytes: " + encoded.length);
    }
}
