package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.kernels.Brain16;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class TopFormTest {
    private static final UpdateEncoding ANY = UpdateEncoding.TOP64_2BIT;

    @Property(tries = 200)
    void encode_anyUpdate_keepsTheGreatestWithinTheirErrorBound(
            @ForAll @IntRange(max = 5) int index,
            @ForAll Updates kind,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 9000) int values) {
        var encoding = UpdateEncoding.values()[UpdateEncoding.TOP256_4BIT.ordinal() + index];
        var form = (TopForm) encoding.form();
        float[] update = kind.of(values, seed);
        Map<Integer, Float> decoded = decode(encoding, UpdateCodec.encode(encoding, update), values);
        int found = 0;
        for (int start = 0; start < values; start += TopForm.CHUNK) {
            int[] expected = greatest(update, start, Math.min(start + TopForm.CHUNK, values), form.kept());
            found += expected.length;
            assertThat(decoded.keySet())
                    .containsAll(Arrays.stream(expected).boxed().toList());
            assertKeptValues(form, update, decoded, expected);
        }
        assertThat(decoded).hasSize(found);
    }

    /** By sorting, which is slow and plainly right. */
    private static int[] greatest(float[] update, int start, int end, int kept) {
        int k = (int) Math.ceil((end - start) * (double) kept / TopForm.CHUNK);
        return IntStream.range(start, end)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -Math.abs((double) update[i]))
                        .thenComparing(i -> i))
                .limit(k)
                .mapToInt(i -> i)
                .toArray();
    }

    private static void assertKeptValues(TopForm form, float[] update, Map<Integer, Float> decoded, int[] places) {
        double high = Math.abs((double) update[places[0]]), low = Math.abs((double) update[places[places.length - 1]]);
        // two means: a value may be as far from its mean as they span; eight steps: half the widest, 20/98
        double bound = (form.bits() == 2 ? high - low : 0.1021 * (high - low)) + high / 256 + 1e-37;
        double error = 0, norm = 0;
        for (int place : places) {
            double difference = (double) update[place] - decoded.getOrDefault(place, Float.NaN);
            assertThat(Math.abs(difference)).isLessThanOrEqualTo(bound);
            error += difference / high * (difference / high);
            norm += update[place] / high * (update[place] / high);
        }
        if (high > 1e-30)
            assertThat(error).as("no more than dropping everything").isLessThanOrEqualTo(norm);
    }

    private static Map<Integer, Float> decode(UpdateEncoding encoding, byte[] encoded, int values) {
        var decoded = new HashMap<Integer, Float>();
        UpdateCodec.decode(encoding, encoded, values, new UpdateSink() {
            @Override
            public void run(int first, float[] run, int count) {
                throw new AssertionError("a sparse form has no runs");
            }

            @Override
            public void scattered(int[] places, float[] kept, int count) {
                for (int i = 0; i < count; i++)
                    assertThat(decoded.put(places[i], kept[i])).isNull();
            }
        });
        return decoded;
    }

    @Test
    void encode_fewerNonZeroThanKept_zerosStayZero() {
        float[] update = new float[TopForm.CHUNK];
        update[7] = 3;
        update[4000] = -2;
        for (var encoding : new UpdateEncoding[] {UpdateEncoding.TOP256_4BIT, UpdateEncoding.TOP64_4BIT}) {
            float[] decoded = UpdateCodec.decode(encoding, UpdateCodec.encode(encoding, update), update.length);
            for (int i = 0; i < update.length; i++)
                if (i != 7 && i != 4000) assertThat(decoded[i]).isZero();
            assertThat(decoded[7]).isEqualTo(3);
        }
    }

    @Test
    void encode_equalMagnitudes_lowestPositionsAreKept() {
        float[] update = new float[TopForm.CHUNK];
        Arrays.fill(update, 1);
        var decoded = decode(ANY, UpdateCodec.encode(ANY, update), update.length);
        assertThat(decoded.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 64).boxed().toList());
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ALL, names = "TOP.*")
    void encode_heavyTails_positionsCostNearlyTheirEntropy(UpdateEncoding encoding) {
        var form = (TopForm) encoding.form();
        int values = 100 * TopForm.CHUNK, entries = 100 * form.kept();
        byte[] encoded = UpdateCodec.encode(encoding, Updates.HEAVY_TAILED.of(values, 1));
        double p = form.kept() / (double) TopForm.CHUNK;
        double entropy = -(p * Math.log(p) + (1 - p) * Math.log(1 - p)) / p / Math.log(2);
        double position = (8.0 * encoded.length - 100 * 36) / entries - form.bits();
        assertThat(position).isBetween(entropy - 0.1, entropy + 0.2); // 7.4 bits for 1 of 64
    }

    private static void assertRefused(Consumer<BitWriter> wrong, String rule) {
        var out = new BitWriter(UpdateCodec.maxEncodedBytes(ANY, 100)); // of 100 values two are kept
        wrong.accept(out);
        float[] sum = new float[100];
        assertThatThrownBy(() -> UpdateCodec.decodeAdd(ANY, out.bytes(), 1, sum))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(rule);
        assertThat(sum).containsOnly(0);
    }

    private static void header(BitWriter out, double low, double high, int parameter) {
        out.bits(Brain16.bits(low), 16);
        out.bits(Brain16.bits(high), 16);
        out.bits(parameter, 4);
    }

    private static void entry(BitWriter out, int gap, int parameter) {
        out.unary(gap >> parameter);
        out.bits(gap & (1 << parameter) - 1, parameter);
        out.bits(0, 2);
    }

    @Test
    void decode_positionPastTheChunk_isRefused() {
        assertRefused(
                out -> {
                    header(out, 1, 2, 5);
                    entry(out, 50, 5);
                    entry(out, 49, 5);
                },
                "position in a chunk must be < 100: position=100");
        assertRefused(
                out -> {
                    header(out, 1, 2, 7);
                    entry(out, 99, 7);
                    entry(out, 0, 7);
                },
                "position=100");
    }

    @Test
    void decode_endlessGap_isRefused() {
        assertRefused(
                out -> {
                    header(out, 1, 2, 0);
                    out.bits(0, 16);
                    out.bits(0, 4);
                },
                "bytes end before the last value");
        assertRefused(
                out -> {
                    header(out, 1, 2, 6);
                    out.unary(2);
                    out.bits(0, 8);
                },
                "gap");
    }

    @Test
    void decode_unknownParameter_isRefused() {
        assertRefused(
                out -> {
                    header(out, 1, 2, 12);
                    out.bits(0xffff, 16);
                },
                "parameter=12");
    }

    @Test
    void decode_magnitudesOutOfOrder_isRefused() {
        for (double[] wrong : new double[][] {{2, 1}, {-1, 1}, {-2, -1}, {0, -1}})
            assertRefused(
                    out -> {
                        header(out, wrong[0], wrong[1], 5);
                        entry(out, 0, 5);
                        entry(out, 0, 5);
                    },
                    "magnitudes must be in");
    }

    @Test
    void decode_paddingBits_isRefused() {
        assertRefused(
                out -> {
                    header(out, 1, 2, 5);
                    entry(out, 0, 5);
                    entry(out, 0, 5);
                    out.bits(8, 4); // 36 + 16 bits end in the middle of a byte
                },
                "padding bits must be zero: 8");
    }

    @Test
    void decode_byteAfterTheLast_isRefused() {
        assertRefused(
                out -> {
                    header(out, 1, 2, 0);
                    entry(out, 0, 0);
                    entry(out, 0, 0);
                    out.bits(0, 6); // 42 bits are 6 bytes with the padding
                    out.bits(0, 8);
                },
                "bytes after the last value: 1 of 7");
    }
}
