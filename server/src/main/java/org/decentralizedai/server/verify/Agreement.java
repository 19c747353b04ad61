package org.decentralizedai.server.verify;

import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateSink;

/**
 * How near two updates of one task are to each other. Devices add in different orders and round differently, so that the bytes
 * of two honest updates differ and hashes say nothing.
 *
 * @param relative ‖a − b‖ / max(‖a‖, ‖b‖): 0 for equal ones, 1 where one of them is nothing, 2 for a flipped sign
 * @param cosine of the angle between them; 1 for two of nothing, 0 where one of them is nothing
 */
public record Agreement(double relative, double cosine) {

    /**
     * Compares what was sent with what the task comes to, both as they come out of the code. Of a code of signs the hidden
     * magnitudes are taken from the expected update: a sign that rounding has turned is that of a small value, and counts as such.
     * Counted all alike, turned signs of honest devices could not be told from those of a cheat (docs/verification.md).
     *
     * @param expected the update, or its slice, before it is encoded
     * @throws IllegalArgumentException when what was sent is malformed
     */
    public static Agreement of(UpdateEncoding encoding, float[] expected, byte[] sent) {
        int values = expected.length;
        float[] own = UpdateCodec.decode(encoding, UpdateCodec.encode(encoding, expected), values);
        var products = encoding == UpdateEncoding.SIGN ? new Signs(expected, own) : new Products(own);
        UpdateCodec.decode(encoding, sent, values, products);
        return products.agreement();
    }

    /** Compares two updates as they were sent. Of signs nobody knows the magnitudes then, and all count alike. */
    public static Agreement between(UpdateEncoding encoding, int values, byte[] one, byte[] other) {
        var products = new Products(UpdateCodec.decode(encoding, one, values));
        UpdateCodec.decode(encoding, other, values, products);
        return products.agreement();
    }

    /** Signs and scales as they were sent, magnitudes as they should be. */
    private static final class Signs extends Products {
        private final float[] expected, own;

        /** @param own expected, as its code says: the block's scale with the value's sign */
        Signs(float[] expected, float[] own) {
            super(expected);
            this.expected = expected;
            this.own = own;
        }

        @Override
        void add(int place, double sent) {
            double scale = Math.abs(own[place]);
            super.add(place, scale == 0 ? sent : sent / scale * Math.abs(expected[place]));
        }
    }

    /** ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b in doubles: differences below 1e-7 of the norm are lost, and no tolerance is so small. */
    private static class Products implements UpdateSink {
        private final float[] a;
        private double ab, bb;

        Products(float[] a) {
            this.a = a;
        }

        @Override
        public void run(int first, float[] values, int count) {
            for (int i = 0; i < count; i++) add(first + i, values[i]);
        }

        @Override
        public void scattered(int[] places, float[] values, int count) {
            for (int i = 0; i < count; i++) add(places[i], values[i]);
        }

        void add(int place, double b) {
            ab += a[place] * b;
            bb += b * b;
        }

        Agreement agreement() {
            double aa = 0;
            for (float value : a) aa += (double) value * value;
            double greater = Math.max(aa, bb);
            if (greater == 0) return new Agreement(0, 1);
            double relative = Math.sqrt(Math.max(0, aa + bb - 2 * ab) / greater);
            double norms = Math.sqrt(aa) * Math.sqrt(bb);
            return new Agreement(relative, norms == 0 ? 0 : Math.min(1, ab / norms));
        }
    }
}
