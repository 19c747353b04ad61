package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class CheckpointDeltaTest {
    private static final int VALUES = 5000;

    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"F32", "INT8", "INT4"})
    void apply_missedRounds_givesThePublishedBitsAndLosesNothing(UpdateEncoding encoding) {
        float[] start = Updates.HEAVY_TAILED.of(VALUES, 1);
        float[] published = start.clone(), returning = start.clone(), residual = new float[VALUES];
        double[] uncoded = new double[VALUES];
        for (int i = 0; i < VALUES; i++) uncoded[i] = start[i];
        List<byte[]> missed = new ArrayList<>();
        double worst = 0;
        for (int round = 0; round < 20; round++) {
            float[] step = Updates.HEAVY_TAILED.of(VALUES, 100 + round);
            for (int i = 0; i < VALUES; i++) uncoded[i] -= step[i];
            var coded = ErrorFeedback.next(encoding, residual, 1, step);
            residual = coded.residual();
            byte[] delta = CheckpointDelta.of(encoding, coded.encoded(), VALUES);
            CheckpointDelta.apply(delta, published);
            missed.add(delta);
            worst = 0;
            for (int i = 0; i < VALUES; i++) worst = Math.max(worst, Math.abs(uncoded[i] - published[i] + residual[i]));
        }
        for (byte[] delta : missed) {
            assertThat(delta).hasSize(CheckpointDelta.maxBytes(encoding, VALUES));
            CheckpointDelta.apply(delta, returning);
        }
        assertThat(bits(returning)).isEqualTo(bits(published));
        assertThat(worst).as("what is missing is in the residual").isLessThan(1e-7);
    }

    private static int[] bits(float[] values) {
        return java.util.stream.IntStream.range(0, values.length)
                .map(i -> Float.floatToRawIntBits(values[i]))
                .toArray();
    }

    @Test
    void goldenVector() {
        byte[] coded = UpdateCodec.encode(UpdateEncoding.INT4, new float[] {1, -0.5f});
        byte[] delta = CheckpointDelta.of(UpdateEncoding.INT4, coded, 2);
        assertThat(HexFormat.of().formatHex(delta)).isEqualTo("0102000002000000" + "00be48");
        float[] weights = {3, 3};
        CheckpointDelta.apply(delta, weights);
        assertThat(weights).containsExactly(2, 3.5f);
    }

    @ParameterizedTest
    @CsvSource({
        "01020000020000, at least 8 bytes: 7",
        "020200000200000000be48, version=2",
        "010a00000200000000be48, no such encoding: 10",
        "01ff00000200000000be48, no such encoding: 255",
        "010200010200000000be48, reserved bytes must be zero",
        "010200000300000000be48, values=3",
        "01020000ffffffff00be48, values=-1",
        "010200000200000000be, must have 3 bytes: 2",
        "010200000200000000be4800, must have 3 bytes: 4"
    })
    void apply_malformed_isRefusedAndWeightsStay(String hex, String rule) {
        float[] weights = {3, 3};
        assertThatThrownBy(() -> CheckpointDelta.apply(HexFormat.of().parseHex(hex), weights))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(rule);
        assertThat(weights).containsExactly(3, 3);
    }

    /** From a liar: whatever the bytes are, the weights are stepped or as they were. */
    @Property(tries = 3000)
    void apply_damagedAnywhere_isAStepOrIsRefused(
            @ForAll UpdateEncoding encoding, @ForAll int position, @ForAll byte value, @ForAll int length) {
        float[] step = Updates.HEAVY_TAILED.of(300, 1);
        byte[] delta = CheckpointDelta.of(encoding, UpdateCodec.encode(encoding, step), step.length);
        if (length % 3 == 0) delta = Arrays.copyOf(delta, Math.floorMod(length, 2 * delta.length));
        if (delta.length > 0) delta[Math.floorMod(position, delta.length)] = value;
        float[] weights = new float[step.length];
        try {
            CheckpointDelta.apply(delta, weights);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            assertThat(weights).containsOnly(0);
        }
    }

    @Test
    void of_malformedStep_isRefused() {
        byte[] coded = UpdateCodec.encode(UpdateEncoding.INT4, new float[] {1});
        coded[2] |= (byte) 0x80; // in the padding
        assertThatThrownBy(() -> CheckpointDelta.of(UpdateEncoding.INT4, coded, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("padding bits must be zero");
        assertThatThrownBy(() -> CheckpointDelta.of(UpdateEncoding.INT4, Arrays.copyOf(coded, 2), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
