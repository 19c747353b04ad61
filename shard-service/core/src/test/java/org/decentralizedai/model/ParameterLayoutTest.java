package org.decentralizedai.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.decentralizedai.kernels.ReferenceKernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterLayoutTest {

    @ParameterizedTest
    @CsvSource({
        "nano, 100000, 130000",
        "tiny, 700000, 1000000",
        "small, 27000000, 33000000",
        "base, 110000000, 130000000"
    })
    void preset_parameterCount_isWhatItsNameSays(String preset, int least, int most) {
        assertThat(ParameterLayout.of(preset(preset)).parameterCount()).isBetween(least, most);
    }

    private static ModelConfig preset(String name) {
        return switch (name) {
            case "nano" -> ModelConfig.nano();
            case "tiny" -> ModelConfig.tiny();
            case "small" -> ModelConfig.small();
            default -> ModelConfig.base();
        };
    }

    @Test
    void parameters_base_areAlignedAndDisjointAndMatricesFirst() {
        var layout = ParameterLayout.of(ModelConfig.base());
        assertThat(layout.segments()).isGreaterThan(1);
        int[] end = new int[layout.segments()];
        for (Parameter p : layout.parameters()) {
            assertThat(p.offset() % ParameterLayout.ALIGNMENT).isZero();
            assertThat(p.offset()).isGreaterThanOrEqualTo(end[p.segment()]);
            end[p.segment()] = p.offset() + p.size();
            assertThat(end[p.segment()]).isLessThanOrEqualTo(layout.segmentSize(p.segment()));
            if (p.vector()) assertThat(p.offset()).isGreaterThanOrEqualTo(layout.decayed(p.segment()));
            else assertThat(end[p.segment()]).isLessThanOrEqualTo(layout.decayed(p.segment()));
            assertThat(4L * layout.segmentSize(p.segment())).isLessThanOrEqualTo(128L << 20);
        }
    }

    @Test
    void upload_thenRead_givesTheSameValues() {
        var layout = ParameterLayout.of(new ModelConfig(11, 8, 2, 2, 1, 4, 12, 5, 10_000, 1e-5, true));
        float[] values = Initializer.weights(layout, 42);
        var packed = ByteBuffer.allocate(3 + 4 * values.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(3);
        for (float value : values) packed.putFloat(value);
        var kernels = new ReferenceKernels();
        var parameters = Parameters.allocate(kernels, layout);
        parameters.upload(kernels, packed.array(), 3);
        assertThat(parameters.read(kernels)).isEqualTo(values);
    }

    /** The table alone is longer than a piece, and its end is not where a piece ends. */
    @Test
    void minus_segmentLongerThanAPiece_everyDifference() {
        var layout = ParameterLayout.of(new ModelConfig(65_000, 84, 1, 1, 1, 4, 4, 5, 10_000, 1e-5, true));
        assertThat(layout.segmentSize(0)).isGreaterThan(Parameters.piece(layout).size());
        float[] values = Initializer.weights(layout, 42), others = Initializer.weights(layout, 43);
        var kernels = new ReferenceKernels();
        Parameters a = uploaded(kernels, layout, values), b = uploaded(kernels, layout, others);
        assertThat(a.read(kernels)).isEqualTo(values);
        float[] difference = a.minus(kernels, b, kernels.allocate(Parameters.piece(layout)));
        float[] expected = new float[values.length];
        for (int i = 0; i < values.length; i++) expected[i] = values[i] - others[i];
        assertThat(difference).isEqualTo(expected);
    }

    private static Parameters uploaded(ReferenceKernels kernels, ParameterLayout layout, float[] values) {
        var packed = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        packed.asFloatBuffer().put(values);
        var parameters = Parameters.allocate(kernels, layout);
        parameters.upload(kernels, packed.array(), 0);
        return parameters;
    }

    @Test
    void initializer_sameSeed_sameWeights() {
        var layout = ParameterLayout.of(ModelConfig.nano());
        assertThat(Initializer.weights(layout, 1)).isEqualTo(Initializer.weights(layout, 1));
        assertThat(Initializer.weights(layout, 1)).isNotEqualTo(Initializer.weights(layout, 2));
    }
}
