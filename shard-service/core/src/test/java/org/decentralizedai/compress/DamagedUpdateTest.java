package org.decentralizedai.compress;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.model.SplitMix64;

/** What strangers send: random bytes, and good updates with some bits turned. */
class DamagedUpdateTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int SMALL_CHANGE = 1 << 16; // the sink, one block, an exception with its trace

    @Property(tries = 500)
    void decode_turnedBits_isRefusedOrGivesAllValues(
            @ForAll UpdateEncoding encoding,
            @ForAll Updates kind,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 9000) int values,
            @ForAll @IntRange(min = 1, max = 8) int turned) {
        byte[] encoded = UpdateCodec.encode(encoding, kind.of(values, seed));
        var random = new SplitMix64(seed);
        for (int i = 0; i < turned; i++) encoded[random.nextInt(encoded.length)] ^= (byte) (1 << random.nextInt(8));
        assertContained(encoding, encoded, values);
    }

    @Property(tries = 500)
    void decode_randomBytes_isRefusedOrGivesAllValues(
            @ForAll UpdateEncoding encoding, @ForAll long seed, @ForAll @IntRange(max = 9000) int values) {
        var random = new SplitMix64(seed);
        int least = UpdateCodec.minEncodedBytes(encoding, values);
        byte[] encoded = new byte[least + random.nextInt(UpdateCodec.maxEncodedBytes(encoding, values) - least + 1)];
        double density = random.nextDouble(); // many zero bits are long gaps, few are short ones
        for (int i = 0; i < 8 * encoded.length; i++)
            if (random.nextDouble() < density) encoded[i / 8] |= (byte) (1 << i % 8);
        assertContained(encoding, encoded, values);
    }

    private static void assertContained(UpdateEncoding encoding, byte[] encoded, int values) {
        decode(encoding, encoded, values); // classes that are loaded at the first time take memory, too
        long before = THREADS.getCurrentThreadAllocatedBytes();
        decode(encoding, encoded, values);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before)
                .isLessThan(Float.BYTES * (long) values + SMALL_CHANGE);
    }

    private static void decode(UpdateEncoding encoding, byte[] encoded, int values) {
        try {
            assertThat(UpdateCodec.decode(encoding, encoded, values)).hasSize(values);
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).containsPattern("\\d");
        }
    }
}
