package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.Parameters;
import org.decentralizedai.worker.vector.VectorKernels;

/** What leaves a device is to the byte what the codec writes of the values. */
class CodedDifferenceTest {
    /** Of odd sizes, so that there is padding between parameters, and a block of a code reaches over several of them. */
    private static ModelConfig model(int vocabulary) {
        return new ModelConfig(vocabulary, 12, 3, 3, 3, 4, 20, 16, 500, 1e-6, false);
    }

    @Property(tries = 60)
    void anyUpdate_anySlice_bytesAreTheCodecs(
            @ForAll long seed,
            @ForAll boolean byVectors,
            @ForAll @IntRange(min = 1, max = 9000) int vocabulary, // up to four pieces
            @ForAll @IntRange(min = 1, max = 12) int parts) {
        var layout = ParameterLayout.of(model(vocabulary));
        var slice = new Slice((int) Math.floorMod(seed, (long) parts), parts);
        try (Kernels kernels = byVectors ? new VectorKernels(1) : new ReferenceKernels()) {
            Parameters a = filled(kernels, layout, seed), b = filled(kernels, layout, seed + 1);
            Tensor room = kernels.allocate(Shape.vector(CodedDifference.UNIT));
            Tensor words = kernels.allocate(Shape.vector(CodedDifference.UNIT));
            float[] update = slice.of(a.minus(kernels, b, room));
            for (UpdateEncoding encoding : UpdateEncoding.values()) {
                var code = encoding.blockCode();
                if (code == null) continue;
                byte[] expected = UpdateCodec.encode(encoding, update);
                assertThat(new CodedDifference(kernels, room, words).of(a, b, code, slice))
                        .as("%s %s", encoding, slice)
                        .isEqualTo(expected);
            }
        }
    }

    private static Parameters filled(Kernels kernels, ParameterLayout layout, long seed) {
        var random = new Random(seed);
        var parameters = Parameters.allocate(kernels, layout);
        var packed = ByteBuffer.allocate(Float.BYTES * layout.parameterCount()).order(ByteOrder.LITTLE_ENDIAN);
        while (packed.hasRemaining()) packed.putFloat(value(random, packed.position() >> 12));
        parameters.upload(kernels, packed.array(), 0);
        return parameters;
    }

    /** @param kind of a thousand neighbours: near each other, zeros, of any size, subnormal, some without a number */
    private static float value(Random random, int kind) {
        return switch (kind % 5) {
            case 0 -> (float) random.nextGaussian();
            case 1 -> random.nextBoolean() ? 0f : -0f;
            case 2 -> anyFinite(random);
            case 3 -> Float.intBitsToFloat(random.nextInt() & 0x80ffffff);
            default ->
                switch (random.nextInt(1500)) {
                    case 0 -> Float.NaN;
                    case 1 -> Float.POSITIVE_INFINITY;
                    case 2 -> Float.NEGATIVE_INFINITY;
                    default -> random.nextInt(9) * 0x1p-6f;
                };
        };
    }

    private static float anyFinite(Random random) {
        float value = Float.intBitsToFloat(random.nextInt());
        return Float.isFinite(value) ? value : 1;
    }
}
