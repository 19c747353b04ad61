package org.decentralizedai.server.aggregate;

import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateSink;
import org.decentralizedai.server.state.LoggedUpdate;

/** An update's slice and a sketch of it: enough to say to which others it is alike. */
record Sketched(Slice slice, Sketch sketch) {
    /** Values of a longer slice that are in its sketch, about: of so many, cosines are known to a thousandth. */
    private static final int SKETCHED = 1 << 20;

    private static final int BLOCK = 1024; // of places

    static Sketched of(LoggedUpdate update, int parameters, long seed) {
        var slice = update.slice();
        int values = slice.length(parameters);
        var drawing = drawing(slice, values, seed);
        UpdateCodec.decode(update.encoding(), update.encoded().array(), values, drawing);
        return drawing.drawn();
    }

    /** @param values of the slice */
    static Drawing drawing(Slice slice, int values, long seed) {
        return new Drawing(slice, new Sketch(seed), Math.max(1, values / SKETCHED) | 1, seed);
    }

    /** Whether the same parameters are in both. */
    boolean comparable(Sketched other) {
        return slice.equals(other.slice);
    }

    /** Cosine with another update of the slice, nearly; 0 when either is zero. */
    double like(Sketched other) {
        return sketch.like(other.sketch);
    }

    /**
     * Only one in so many values of a long slice is in the sketch, as these cost most of the pass. Which of a block's follows from the seed
     * and the block, so that nobody knew it, or can hide in places that all have the same remainder.
     */
    static final class Drawing implements UpdateSink {
        private final Slice slice;
        private final Sketch sketch;
        private final int every;
        private final long seed;

        private Drawing(Slice slice, Sketch sketch, int every, long seed) {
            this.slice = slice;
            this.sketch = sketch;
            this.every = every;
            this.seed = seed;
        }

        @Override
        public void run(int first, float[] values, int count) {
            for (int at = 0, end; at < count; at = end) {
                int place = first + at;
                end = Math.min(count, at + BLOCK - place % BLOCK);
                int skipped = Math.floorMod(remainder(place) - place % BLOCK, every);
                for (int i = at + skipped; i < end; i += every) draw(first + i, values[i]);
            }
        }

        @Override
        public void scattered(int[] places, float[] values, int count) {
            for (int i = 0; i < count; i++)
                if (places[i] % BLOCK % every == remainder(places[i])) draw(places[i], values[i]);
        }

        /** Of those places in the block of this one that are in the sketch. */
        private int remainder(int place) {
            return (int) Long.remainderUnsigned(Sketch.mix(seed + place / BLOCK), every);
        }

        private void draw(int place, float value) {
            sketch.add(slice.parameter(place), value);
        }

        /** What was decoded until now. */
        Sketched drawn() {
            return new Sketched(slice, sketch);
        }
    }
}
