package org.decentralizedai.server.aggregate;

import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateSink;
import org.decentralizedai.server.state.LoggedUpdate;

/**
 * What one pass over an update x tells. All means are over the values of its slice, so that slices of any length compare.
 *
 * @param square mean of x²
 * @param product mean of x·m, for the last step m on the slice
 * @param lastSquare mean of m²; 0 where there is no last step
 */
record Measures(Sketched sketched, double square, double product, double lastSquare) {

    static Measures of(LoggedUpdate update, int parameters, LastStep last, long seed) {
        var slice = update.slice();
        int values = slice.length(parameters);
        var sums = new Sums(slice, last, Sketched.drawing(slice, values, seed));
        UpdateCodec.decode(update.encoding(), update.encoded().array(), values, sums);
        int count = Math.max(1, values);
        return new Measures(sums.drawing.drawn(), sums.squares / count, sums.products / count, last.square(slice));
    }

    private static final class Sums implements UpdateSink {
        private final Slice slice;
        private final LastStep last;
        private final Sketched.Drawing drawing;
        private double squares, products;

        Sums(Slice slice, LastStep last, Sketched.Drawing drawing) {
            this.slice = slice;
            this.last = last;
            this.drawing = drawing;
        }

        @Override
        public void run(int first, float[] values, int count) {
            for (int i = 0; i < count; i++) add(first + i, values[i]);
            drawing.run(first, values, count);
        }

        @Override
        public void scattered(int[] places, float[] values, int count) {
            for (int i = 0; i < count; i++) add(places[i], values[i]);
            drawing.scattered(places, values, count);
        }

        private void add(int place, float value) {
            squares += (double) value * value;
            products += last.product(slice.parameter(place), value);
        }
    }

    Slice slice() {
        return sketched.slice();
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
}
