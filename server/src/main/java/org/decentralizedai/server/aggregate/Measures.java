package org.decentralizedai.server.aggregate;

import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateSink;
import org.decentralizedai.server.state.LoggedUpdate;
import org.jspecify.annotations.Nullable;

/**
 * What one pass over an update x tells. All means are over the values of its slice, so that slices of any length compare.
 *
 * @param square mean of x²
 * @param product mean of x·m, for the last step m on the slice
 * @param lastSquare mean of m²; 0 where there is no last step
 */
record Measures(Slice slice, double square, double product, double lastSquare, Sketch sketch) {
    /** Values of a longer slice that are in its sketch, about: of so many, cosines are known to a thousandth. */
    private static final int SKETCHED = 1 << 20;

    private static final int BLOCK = 1024; // of places

    /** @param last outer momentum, over all parameters */
    static Measures of(LoggedUpdate update, int parameters, float @Nullable [] last, long seed) {
        var slice = update.slice();
        int values = slice.length(parameters);
        var sums = new Sums(slice, last, new Sketch(seed), Math.max(1, values / SKETCHED) | 1, seed);
        UpdateCodec.decode(update.encoding(), update.encoded().array(), values, sums);
        int count = Math.max(1, values);
        return new Measures(
                slice, sums.squares / count, sums.products / count, squares(last, slice) / count, sums.sketch);
    }

    private static double squares(float @Nullable [] last, Slice slice) {
        if (last == null) return 0;
        double squares = 0;
        for (int i = slice.part(); i < last.length; i += slice.parts()) squares += (double) last[i] * last[i];
        return squares;
    }

    /**
     * Only one in so many values of a long slice is in the sketch, as these cost most of the pass. Which of a block's follows from the seed
     * and the block, so that nobody knew it, or can hide in places that all have the same remainder.
     */
    private static final class Sums implements UpdateSink {
        private final Slice slice;
        private final float @Nullable [] last;
        private final Sketch sketch;
        private final int every;
        private final long seed;
        private double squares, products;

        Sums(Slice slice, float @Nullable [] last, Sketch sketch, int every, long seed) {
            this.slice = slice;
            this.last = last;
            this.sketch = sketch;
            this.every = every;
            this.seed = seed;
        }

        @Override
        public void run(int first, float[] values, int count) {
            for (int i = 0; i < count; i++) add(first + i, values[i]);
            for (int at = 0, end; at < count; at = end) {
                int place = first + at;
                end = Math.min(count, at + BLOCK - place % BLOCK);
                int skipped = Math.floorMod(drawn(place) - place % BLOCK, every);
                for (int i = at + skipped; i < end; i += every) draw(first + i, values[i]);
            }
        }

        @Override
        public void scattered(int[] places, float[] values, int count) {
            for (int i = 0; i < count; i++) {
                add(places[i], values[i]);
                if (places[i] % BLOCK % every == drawn(places[i])) draw(places[i], values[i]);
            }
        }

        private void add(int place, float value) {
            squares += (double) value * value;
            if (last != null) products += (double) value * last[parameter(place)];
        }

        /** Remainder of those places in the block of this one that are in the sketch. */
        private int drawn(int place) {
            return (int) Long.remainderUnsigned(Sketch.mix(seed + place / BLOCK), every);
        }

        private void draw(int place, float value) {
            sketch.add(parameter(place), value);
        }

        private int parameter(int place) {
            return slice.part() + place * slice.parts();
        }
    }

    double rms() {
        return Math.sqrt(square);
    }

    /** Cosine with the last step; 0 where either is zero. */
    double alongLast() {
        double norms = Math.sqrt(square * lastSquare);
        return norms == 0 ? 0 : product / norms;
    }

    /** √ of the mean of (scale · x − centre · m)². */
    double distance(double scale, double centre) {
        double squared = scale * scale * square - 2 * scale * centre * product + centre * centre * lastSquare;
        return Math.sqrt(Math.max(0, squared));
    }

    /** Whether the same parameters are in both. */
    boolean comparable(Measures other) {
        return slice.equals(other.slice);
    }

    /** Cosine with another update of the slice, nearly; 0 when either is zero. */
    double like(Measures other) {
        return sketch.like(other.sketch);
    }
}
