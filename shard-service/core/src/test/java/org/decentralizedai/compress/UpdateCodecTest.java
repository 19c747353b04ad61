package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class UpdateCodecTest {
    private static final int MOST = 9000; // three chunks, the last one short

    @Property(tries = 100)
    void f32_anyUpdate_comesBackExactly(
            @ForAll Updates kind, @ForAll long seed, @ForAll @IntRange(max = MOST) int values) {
        float[] update = kind.of(values, seed);
        byte[] encoded = UpdateCodec.encode(UpdateEncoding.F32, update);
        assertThat(UpdateCodec.decode(UpdateEncoding.F32, encoded, values)).isEqualTo(update);
    }

    @Property(tries = 100)
    void int8_anyUpdate_errorIsAtMostHalfAStep(
            @ForAll Updates kind, @ForAll long seed, @ForAll @IntRange(max = MOST) int values) {
        assertErrors(UpdateEncoding.INT8, Int8Form.BLOCK, kind.of(values, seed), 0.5001 / 127);
    }

    @Property(tries = 100)
    void int4_anyUpdate_errorIsAtMostAStep(
            @ForAll Updates kind, @ForAll long seed, @ForAll @IntRange(max = MOST) int values) {
        // half a step of 1/8; a whole one at the end opposite to the greatest, where there is no +8; the scale's
        // rounding
        assertErrors(UpdateEncoding.INT4, Int4Form.BLOCK, kind.of(values, seed), 1.0 / 8 + 1.0 / 256);
    }

    private static void assertErrors(UpdateEncoding encoding, int block, float[] update, double bound) {
        byte[] encoded = UpdateCodec.encode(encoding, update);
        float[] decoded = UpdateCodec.decode(encoding, encoded, update.length);
        for (int start = 0; start < update.length; start += block) {
            int end = Math.min(start + block, update.length);
            double max = 0;
            for (int i = start; i < end; i++) max = Math.max(max, Math.abs((double) update[i]));
            for (int i = start; i < end; i++)
                assertThat(Math.abs((double) decoded[i] - update[i])).isLessThanOrEqualTo(bound * max + 1e-37);
        }
    }

    @ParameterizedTest // by hand, from the picture in the package
    @CsvSource({
        "F32, 0000803f 000000bf 00000000 0000803e 666666bf",
        "INT8, 0402013c 7fc00020 8e",
        "INT4, 00be 48e007",
        "SIGN, 083f12",
        "TOP256_4BIT, 803f 803f 1000",
        "TOP64_2BIT, 803f 803f 10"
    })
    void goldenVector(UpdateEncoding encoding, String hex) {
        byte[] encoded = UpdateCodec.encode(encoding, new float[] {1, -0.5f, 0, 0.25f, -0.9f});
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(hex.replace(" ", ""));
    }

    /** In the second entry: 0000 (r), 01 (gap 1), 0 (magnitude) 1 (sign), from the lowest bit of a byte up. */
    @ParameterizedTest
    @CsvSource({"TOP64_2BIT, 803f 803f a0", "TOP64_4BIT, 803f 803f 2002"})
    void goldenVector_negativeAfterAGap(UpdateEncoding encoding, String hex) {
        byte[] encoded = UpdateCodec.encode(encoding, new float[] {0, -1, 0, 0.5f});
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(hex.replace(" ", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "F32, 40000, a022f343", "INT8, 10160, 52c4c371", "INT4, 5314, 58d3f0cf",
        "TOP256_4BIT, 754, 72c45dbf", "TOP256_2BIT, 598, fc86630", "TOP128_4BIT, 424, 7ee38db6",
        "TOP128_2BIT, 346, 5f2aa4ab", "TOP64_4BIT, 239, 67eff34", "TOP64_2BIT, 200, fdd74d51",
        "SIGN, 1290, 1182a4a2"
    })
    void goldenChecksum(UpdateEncoding encoding, int bytes, String crc) {
        byte[] encoded = UpdateCodec.encode(encoding, Updates.HEAVY_TAILED.of(10_000, 1));
        var sum = new CRC32();
        sum.update(encoded);
        assertThat(encoded.length + " " + Long.toHexString(sum.getValue())).isEqualTo(bytes + " " + crc);
    }

    @Property(tries = 200)
    void encode_anyUpdate_lengthIsInItsBounds(
            @ForAll UpdateEncoding encoding,
            @ForAll Updates kind,
            @ForAll long seed,
            @ForAll @IntRange(max = MOST) int values) {
        assertThat(UpdateCodec.encode(encoding, kind.of(values, seed)).length)
                .isBetween(
                        UpdateCodec.minEncodedBytes(encoding, values), UpdateCodec.maxEncodedBytes(encoding, values));
    }

    @Property(tries = 100)
    void decodeAdd_anyUpdate_isWhatDecodeGives(
            @ForAll UpdateEncoding encoding,
            @ForAll Updates kind,
            @ForAll long seed,
            @ForAll @IntRange(max = MOST) int values) {
        byte[] encoded = UpdateCodec.encode(encoding, kind.of(values, seed));
        float[] decoded = UpdateCodec.decode(encoding, encoded, values);
        float[] floats = Updates.HEAVY_TAILED.of(values, seed + 1), expectedFloats = floats.clone();
        double[] doubles = new double[values], expectedDoubles = new double[values];
        for (int i = 0; i < values; i++) {
            doubles[i] = floats[i];
            expectedDoubles[i] = floats[i] + 0.3 * decoded[i];
            expectedFloats[i] = (float) expectedDoubles[i];
        }
        UpdateCodec.decodeAdd(encoding, encoded, 0.3, floats);
        UpdateCodec.decodeAdd(encoding, encoded, 0.3, doubles);
        assertThat(floats).isEqualTo(expectedFloats);
        assertThat(doubles).isEqualTo(expectedDoubles);
    }

    @Property(tries = 100)
    void decodeAdd_slice_addsToItsOwnPlacesOnly(
            @ForAll UpdateEncoding encoding,
            @ForAll Updates kind,
            @ForAll long seed,
            @ForAll @IntRange(max = MOST) int parameters,
            @ForAll @IntRange(min = 1, max = Slice.MOST_PARTS) int parts) {
        for (int part : new int[] {0, parts / 2, parts - 1}) {
            var slice = new Slice(part, parts);
            byte[] encoded = UpdateCodec.encode(encoding, slice.of(kind.of(parameters, seed)));
            float[] decoded = UpdateCodec.decode(encoding, encoded, slice.length(parameters));
            double[] sum = new double[parameters];
            Arrays.setAll(sum, i -> i);
            double[] expected = sum.clone();
            for (int i = 0; i < decoded.length; i++) expected[part + i * parts] += 0.3 * decoded[i];
            UpdateCodec.decodeAdd(encoding, encoded, slice, 0.3, sum);
            assertThat(sum).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void decode_wrongLength_isRefusedAndChangesNothing(UpdateEncoding encoding) {
        byte[] encoded = UpdateCodec.encode(encoding, Updates.HEAVY_TAILED.of(300, 1));
        for (int length = 0; length < encoded.length + 50; length++) {
            if (length == encoded.length) continue;
            byte[] wrong = Arrays.copyOf(encoded, length);
            float[] sum = new float[300];
            assertThatThrownBy(() -> UpdateCodec.decodeAdd(encoding, wrong, 1, sum))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bytes");
            assertThat(sum).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void decode_tooManyBytes_saysHowManyThereMayBe(UpdateEncoding encoding) {
        int most = UpdateCodec.maxEncodedBytes(encoding, 300);
        assertThatThrownBy(() -> UpdateCodec.decode(encoding, new byte[most + 1], 300))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("300 values must have")
                .hasMessageContaining(most + " bytes: " + (most + 1));
    }

    @ParameterizedTest
    @EnumSource
    void decode_notFiniteValue_staysVisible(UpdateEncoding encoding) {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] update = Updates.HEAVY_TAILED.of(5000, 1);
            update[4500] = bad;
            float[] decoded = UpdateCodec.decode(encoding, UpdateCodec.encode(encoding, update), update.length);
            assertThat(decoded[4500]).as("of %s", bad).matches(value -> !Float.isFinite(value), "is not finite");
            for (int i = 0; i < 4096; i++) assertThat(decoded[i]).isFinite();
        }
    }

    @ParameterizedTest
    @EnumSource
    void maxEncodedBytes_impossibleNumber_isRefused(UpdateEncoding encoding) {
        assertThatThrownBy(() -> UpdateCodec.maxEncodedBytes(encoding, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("values=-1");
    }
}
