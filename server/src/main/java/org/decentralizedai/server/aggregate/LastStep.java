package org.decentralizedai.server.aggregate;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.compress.Slice;
import org.jspecify.annotations.Nullable;

/** Direction of the last steps, over all parameters: the outer momentum. Thread-safe. */
final class LastStep {
    private final float @Nullable [] values;
    private final Map<Slice, Double> squares = new ConcurrentHashMap<>();

    /** @param values null where there was no step */
    LastStep(float @Nullable [] values) {
        this.values = values;
    }

    /** Its value times another. @param parameter its place among all */
    double product(int parameter, float value) {
        return values == null ? 0 : (double) value * values[parameter];
    }

    /** Mean square over a slice; 0 where there was no step. */
    double square(Slice slice) {
        return squares.computeIfAbsent(slice, this::sum);
    }

    private double sum(Slice slice) {
        if (values == null) return 0;
        double sum = 0;
        for (int i = slice.part(); i < values.length; i += slice.parts()) sum += (double) values[i] * values[i];
        return sum / Math.max(1, slice.length(values.length));
    }
}
