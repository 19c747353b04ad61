package org.decentralizedai.compress;

import org.jspecify.annotations.Nullable;

/**
 * The {@code kept} values of greatest magnitude of every chunk, with Rice-coded gaps for positions (Rice and Plaunt 1971; the
 * optimum for random positions up to 0.1 bit: 7.5 bits each at 64 of 4096, 6.5 at 128, 5.5 at 256). The Rice parameter is
 * chosen per chunk, so rows that stand out together cost less.
 *
 * @param kept of {@link #CHUNK}, a power of two
 * @param bits of a value, sign included: 2 or 4
 */
record TopForm(int kept, int bits) implements Form {
    static final int CHUNK = 4096;

    private static final int PARAMETER_BITS = 4, MAX_PARAMETER = 11, HEADER_BITS = 2 * 16 + PARAMETER_BITS;

    private int kept(int length) {
        return (length * kept + CHUNK - 1) / CHUNK;
    }

    @Override
    public int minBytes(int values) {
        return bytes(values, false);
    }

    @Override
    public int maxBytes(int values) {
        return bytes(values, true);
    }

    private int bytes(int values, boolean most) {
        long bits = (long) (values / CHUNK) * chunkBits(CHUNK, most) + chunkBits(values % CHUNK, most);
        return Math.toIntExact((bits + 7) / 8);
    }

    /** Most: with the parameter log2(CHUNK / kept), and an encoder takes none that is worse. Least: with no gaps at all. */
    private int chunkBits(int length, boolean most) {
        if (length == 0) return 0;
        int k = kept(length), parameter = Integer.numberOfTrailingZeros(CHUNK / kept);
        return HEADER_BITS + k * (1 + bits) + (most ? k * parameter + (length - k >> parameter) : 0);
    }

    @Override
    public byte[] encode(float[] update) {
        var out = new BitWriter(maxBytes(update.length));
        var selection = new Selection();
        var magnitudes = new Magnitudes(bits);
        int[] places = new int[kept];
        float[] values = new float[kept];
        for (int start = 0, length; start < update.length; start += length) {
            length = Math.min(CHUNK, update.length - start);
            int k = kept(length);
            selection.select(places, update, start, length, k);
            for (int i = 0; i < k; i++) values[i] = update[places[i]];
            magnitudes.fit(values, k);
            encodeChunk(out, start, places, values, k, magnitudes);
        }
        return out.bytes();
    }

    private void encodeChunk(BitWriter out, int start, int[] places, float[] values, int k, Magnitudes magnitudes) {
        int parameter = bestParameter(places, start, k);
        out.bits(magnitudes.lowBits(), 16);
        out.bits(magnitudes.highBits(), 16);
        out.bits(parameter, PARAMETER_BITS);
        int next = start;
        for (int i = 0; i < k; i++) {
            int gap = places[i] - next;
            out.unary(gap >> parameter);
            out.bits(gap & (1 << parameter) - 1, parameter);
            out.bits(magnitudes.code(values[i]), bits);
            next = places[i] + 1;
        }
    }

    /** The smallest of those with the fewest bits. */
    private static int bestParameter(int[] places, int start, int k) {
        int best = 0, least = Integer.MAX_VALUE;
        for (int parameter = 0; parameter <= MAX_PARAMETER; parameter++) {
            int cost = k * parameter, next = start;
            for (int i = 0; i < k; i++) {
                cost += places[i] - next >> parameter;
                next = places[i] + 1;
            }
            if (cost < least) {
                least = cost;
                best = parameter;
            }
        }
        return best;
    }

    @Override
    public void check(byte[] encoded, int values) {
        decode(encoded, values, null);
    }

    @Override
    public void decode(byte[] encoded, int values, @Nullable UpdateSink sink) {
        var in = new BitReader(encoded);
        var magnitudes = new Magnitudes(bits);
        int[] places = new int[kept], codes = new int[kept];
        float[] chunk = new float[kept];
        for (int start = 0, length; start < values; start += length) {
            length = Math.min(CHUNK, values - start);
            int k = kept(length);
            magnitudes.set(in.bits(16), in.bits(16));
            decodeEntries(in, start, length, places, codes, k);
            if (sink == null) continue;
            for (int i = 0; i < k; i++) chunk[i] = magnitudes.value(codes[i]);
            sink.scattered(places, chunk, k);
        }
        in.end();
    }

    private void decodeEntries(BitReader in, int start, int length, int[] places, int[] codes, int k) {
        int parameter = in.bits(PARAMETER_BITS);
        if (parameter > MAX_PARAMETER)
            throw new IllegalArgumentException(
                    "position parameter must be <= " + MAX_PARAMETER + ": parameter=" + parameter);
        int low = parameter + bits, gapMask = (1 << parameter) - 1, codeMask = (1 << bits) - 1;
        int most = length >> parameter, place = -1;
        for (int i = 0; i < k; i++) {
            int entry = in.rice(most, low);
            place += (entry >>> low << parameter) + (entry & gapMask) + 1;
            places[i] = start + place;
            codes[i] = entry >>> parameter & codeMask;
        }
        if (place >= length) // the last is the greatest
        throw new IllegalArgumentException("position in a chunk must be < " + length + ": position=" + place);
    }
}
