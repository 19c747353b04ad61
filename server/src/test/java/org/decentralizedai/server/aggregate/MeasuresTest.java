package org.decentralizedai.server.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.junit.jupiter.api.Test;

/** Updates so long that only a part of their values, one in seven, is in their sketches. */
final class MeasuresTest {
    private static final int VALUES = 7 << 20, EVERY = 7, COLUMNS = 512;

    private static Measures of(float[] values, long seed) {
        var encoded = new Bytes(UpdateCodec.encode(UpdateEncoding.F32, values));
        var update = new LoggedUpdate(1, new Lease(1, 1), "w", 64, 3, 2, UpdateEncoding.F32, new Slice(0, 1), encoded);
        return Measures.of(update, values.length, new LastStep(null), seed);
    }

    private static double like(float[] a, float[] b, long seed) {
        return of(a, seed).sketched().like(of(b, seed).sketched());
    }

    /** Rows whose values differ in size by column, as those of matrices do. */
    private static float[] noise(long seed) {
        var random = new Random(seed);
        float[] noise = new float[VALUES];
        for (int i = 0; i < VALUES; i++) noise[i] = (float) ((1 + i % COLUMNS % 64) * random.nextGaussian());
        return noise;
    }

    @Test
    void like_isNearTheCosineOfAllValues() {
        float[] common = noise(1), a = noise(2), b = noise(3);
        for (int i = 0; i < VALUES; i++) {
            a[i] += common[i];
            b[i] += common[i];
        }
        for (long seed = 0; seed < EVERY; seed++) assertThat(like(a, b, seed)).isCloseTo(0.5, within(0.06));
        assertThat(like(a, noise(4), 1)).isCloseTo(0, within(0.06));
    }

    @Test
    void square_isOfAllValues() {
        float[] values = new float[VALUES];
        for (int i = 0; i < VALUES; i++) values[i] = i % EVERY;
        assertThat(of(values, 0).square()).isCloseTo((1 + 4 + 9 + 16 + 25 + 36) / 7.0, within(1e-6));
    }

    /** A copy that is disguised in a seventh of its values looks so to every seed: places of one remainder are no place to hide. */
    @Test
    void drawnValues_areOfAllRemainders() {
        float[] original = noise(5), disguised = original.clone(), other = noise(6);
        for (int i = 3; i < VALUES; i += EVERY) disguised[i] = other[i];
        for (long seed = 0; seed < EVERY; seed++)
            assertThat(like(original, disguised, seed)).isCloseTo(6.0 / 7, within(0.03));
    }
}
