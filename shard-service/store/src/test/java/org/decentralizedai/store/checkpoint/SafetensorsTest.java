package org.decentralizedai.store.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.blob.Digests;
import org.junit.jupiter.api.Test;

class SafetensorsTest {
    private static final ModelConfig CONFIG = new ModelConfig(5, 6, 1, 2, 1, 4, 7, 8, 10_000, 1e-5, false);
    private static final ParameterLayout LAYOUT = ParameterLayout.of(CONFIG);
    private static final float[] WEIGHTS = Initializer.weights(LAYOUT, 3);
    private static final byte[] FILE = file(WEIGHTS, Map.of("step", "7", "a", "ü"));

    private static byte[] file(float[] weights, Map<String, String> metadata) {
        var out = new ByteArrayOutputStream();
        try {
            Safetensors.write(out, LAYOUT, weights, metadata);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private static Safetensors.Contents read(byte[] file) throws IOException {
        return Safetensors.read(new ByteArrayInputStream(file), file.length, LAYOUT);
    }

    private static int headerLength(byte[] file) {
        return (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    /** The same values behind another header. */
    private static byte[] withHeader(String header) {
        byte[] json = header.getBytes(UTF_8);
        int values = FILE.length - 8 - headerLength(FILE);
        return ByteBuffer.allocate(8 + json.length + values)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(FILE, FILE.length - values, values)
                .array();
    }

    private static String header() {
        return new String(FILE, 8, headerLength(FILE), UTF_8);
    }

    @Test
    void write_knownWeights_goldenBytes() {
        assertThat(header())
                .startsWith("{\"__metadata__\":{\"a\":\"ü\",\"format\":\"pt\",\"step\":\"7\"},"
                        + "\"model.embed_tokens.weight\":{\"dtype\":\"F32\",\"shape\":[5,6],\"data_offsets\":[0,120]},")
                .contains("\"model.norm.weight\":{\"dtype\":\"F32\",\"shape\":[6],");
        assertThat(headerLength(FILE) % 8).isZero();
        float[] ramp = new float[WEIGHTS.length];
        for (int i = 0; i < ramp.length; i++) ramp[i] = i / 8f;
        assertThat(Digests.of(file(ramp, Map.of())).hex()).isEqualTo(GOLDEN);
    }

    private static final String GOLDEN = "e4cf3165ed1a330ea6de81e3b064ac5067412f4d9a803d85669c119a9266ac34";

    @Test
    void read_writtenFile_equal() throws IOException {
        var contents = read(FILE);
        assertThat(contents.weights()).isEqualTo(WEIGHTS);
        assertThat(contents.metadata()).isEqualTo(Map.of("a", "ü", "format", "pt", "step", "7"));
    }

    @Test
    void write_moreThanOneBlock_readBackEqual() throws IOException {
        ParameterLayout layout = ParameterLayout.of(ModelConfig.nano());
        float[] weights = Initializer.weights(layout, 1);
        var out = new ByteArrayOutputStream();
        Safetensors.write(out, layout, weights, Map.of());
        assertThat(Safetensors.read(new ByteArrayInputStream(out.toByteArray()), out.size(), layout)
                        .weights())
                .isEqualTo(weights);
    }

    @Test
    void read_tensorsInAnotherOrder_foundByName() throws IOException {
        String swapped = header().replace("\"data_offsets\":[0,120]", "\"data_offsets\":[first]")
                .replace("\"model.embed_tokens.weight\"", "\"first\"")
                .replace("\"lm_head.weight\"", "\"model.embed_tokens.weight\"")
                .replace("\"first\"", "\"lm_head.weight\"")
                .replace("[first]", "[0,120]");
        float[] weights = read(withHeader(swapped)).weights();
        int head = offset("lm_head.weight");
        assertThat(Arrays.copyOfRange(weights, head, head + 30)).isEqualTo(Arrays.copyOf(WEIGHTS, 30));
        assertThat(Arrays.copyOf(weights, 30)).isEqualTo(Arrays.copyOfRange(WEIGHTS, head, head + 30));
    }

    private static int offset(String name) {
        int at = 0;
        for (Parameter p : LAYOUT.parameters()) {
            if (p.name().equals(name)) return at;
            at += p.size();
        }
        throw new AssertionError(name);
    }

    private static void assertRefused(byte[] file, String words) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(words);
    }

    @Test
    void read_hostileHeaders_refusedWithClearWords() {
        assertRefused(withHeader(header().replaceFirst("F32", "BF16")), "must be F32: BF16");
        assertRefused(withHeader(header().replace("[5,6]", "[6,5]")), "must have shape [5, 6]: [6, 5]");
        assertRefused(withHeader(header().replace("[5,6]", "[4294967296,4294967296]")), "must have shape");
        assertRefused(withHeader(header().replace("[5,6]", "[5,6.5]")), "not the JSON");
        assertRefused(withHeader(header().replace("[0,120]", "[0,124]")), "must have 120 bytes");
        assertRefused(withHeader(header().replace("[0,120]", "[-120,0]")), "must have 120 bytes");
        assertRefused(
                withHeader(header().replace("[0,120]", "[9223372036854775807,-9223372036854775689]")),
                "must have 120 bytes");
        assertRefused(withHeader(header().replace("[0,120]", "[120,240]")), "must begin at byte");
        assertRefused(withHeader(header().replace("[0,120]", "[0,120,0]")), "two offsets");
        assertRefused(withHeader(header().replace("lm_head.weight", "lm_tail.weight")), "missing: lm_head.weight");
        assertRefused(
                withHeader(header().replaceFirst("\"__meta", "\"x\":{},\"__meta")), "1 tensors that the model has not");
        assertRefused(withHeader(header().replaceFirst("\"dtype\"", "\"dtype\":\"F32\",\"dtype\"")), "not the JSON");
        assertRefused(withHeader(header().replace("\"7\"", "7")), "not the JSON");
        assertRefused(withHeader("[]"), "must be a JSON object");
        assertRefused(withHeader("{} x"), "not the JSON");
        assertRefused(withHeader("[".repeat(100_000)), "not the JSON");
    }

    @Test
    void read_wrongLengths_refusedWithClearWords() {
        assertRefused(new byte[0], "shorter than 8 bytes");
        assertRefused(Arrays.copyOf(FILE, 7), "shorter than 8 bytes");
        assertRefused(Arrays.copyOf(FILE, FILE.length - 1), "the file has");
        assertRefused(Arrays.copyOf(FILE, FILE.length + 1), "the file has");
        for (long length : new long[] {-1, 0, 1, FILE.length - 7, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE}) {
            byte[] file = FILE.clone();
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            assertRefused(file, "header length must be in 2..");
        }
        byte[] cut = Arrays.copyOf(FILE, FILE.length - 4);
        assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(cut), FILE.length, LAYOUT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("the file ends inside");
        assertThatThrownBy(() -> Safetensors.read(new ByteArrayInputStream(FILE), 1L << 31, LAYOUT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("at most 2 GiB");
    }

    @Property
    void read_oneByteOfTheHeaderChanged_readOrRefusedNeverAnythingElse(
            @ForAll @IntRange(max = 1500) int at, @ForAll byte value) throws IOException {
        byte[] file = FILE.clone();
        file[at % (8 + headerLength(FILE))] = value;
        try {
            assertThat(read(file).weights()).isEqualTo(WEIGHTS);
        } catch (CheckpointException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Property
    void read_anyBytes_refused(@ForAll byte[] file) {
        assertThatThrownBy(() -> read(file)).isInstanceOf(CheckpointException.class);
    }
}
