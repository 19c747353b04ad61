package org.decentralizedai.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Results small enough to work out by hand. */
class ReferenceKernelsTest {
    private static final Offset<Double> CLOSE = Offset.offset(1e-12);
    private static final Shape FOUR = Shape.of(2, 2);

    private final ReferenceKernels kernels = new ReferenceKernels();

    @ParameterizedTest
    @CsvSource({"AB, 19, 22, 43, 50", "ABT, 17, 23, 39, 53", "ATB, 26, 30, 38, 44"})
    void matmul_twoByTwo(MatmulLayout layout, double c0, double c1, double c2, double c3) {
        Tensor a = matrix(FOUR, 1, 2, 3, 4), b = matrix(FOUR, 5, 6, 7, 8), c = matrix(FOUR, 9, 9, 9, 9);
        kernels.matmul(layout, c, a, b, false);
        assertValues(c, c0, c1, c2, c3);
        kernels.matmul(layout, c, a, b, true);
        assertValues(c, 2 * c0, 2 * c1, 2 * c2, 2 * c3);
    }

    @Test
    void matmul_notSquare_sizesFollowTheLayout() {
        Tensor a = matrix(Shape.of(1, 3), 1, 2, 3), b = matrix(Shape.of(2, 3), 1, 0, 1, 0, 1, 0);
        Tensor c = matrix(Shape.vector(2), 0, 0);
        kernels.matmul(MatmulLayout.ABT, c, a, b, false);
        assertValues(c, 4, 2);
    }

    /** 11 bits of precision: 2049 lies between two halves, and so does 65,519 between the greatest one and infinity. */
    @Test
    void narrow_numbersBetweenHalves_theNearestOrTheEven() {
        Tensor x = matrix(Shape.vector(8), 1, 2049, 2051, 65_519, -1e9, 0x1p-24, 0x1p-25, -0x1.8p-24),
                out = kernels.allocate(x.shape());
        Halves halves = kernels.allocateHalves(x.shape());
        kernels.narrow(halves, x);
        kernels.widen(out, halves);
        assertValues(out, 1, 2048, 2052, 65_504, -65_504, 0x1p-24, 0, -0x1p-23);
    }

    @Test
    void embed_copiesRows_backwardSumsThem() {
        Tensor table = matrix(Shape.of(3, 2), 1, 2, 3, 4, 5, 6), out = matrix(Shape.of(3, 2), 0, 0, 0, 0, 0, 0);
        Tokens tokens = tokens(3, 2, 0, 2);
        kernels.embed(out, table, tokens);
        assertValues(out, 5, 6, 1, 2, 5, 6);
        kernels.embedBackward(table, out, tokens);
        assertValues(table, 2, 4, 3, 4, 15, 18);
    }

    @Test
    void rmsNorm_threeAndFour() {
        Tensor y = matrix(Shape.vector(2), 0, 0), rstd = matrix(Shape.vector(1), 0);
        kernels.rmsNorm(y, rstd, matrix(Shape.vector(2), 3, 4), matrix(Shape.vector(2), 1, 10), 0);
        double r = 1 / Math.sqrt(12.5);
        assertValues(rstd, r);
        assertValues(y, 3 * r, 40 * r);
    }

    @Test
    void rotary_secondPosition_turnsByOneRadian() {
        Tensor x = matrix(Shape.of(2, 2), 1, 0, 1, 0), table = kernels.allocate(FOUR);
        kernels.set(table, 0, 1);
        kernels.set(table, 2, Math.cos(1));
        kernels.set(table, 3, Math.sin(1));
        kernels.rotary(x, table);
        assertValues(x, 1, 0, Math.cos(1), Math.sin(1));
        kernels.rotaryBackward(x, table);
        assertValues(x, 1, 0, 1, 0);
    }

    @Test
    void rotaryTable_isCosinesThenSines() {
        assertThat(RotaryTable.values(2, 4, 100))
                .containsExactly(1, 1, 0, 0, (float) Math.cos(1), (float) Math.cos(0.1), (float) Math.sin(1), (float)
                        Math.sin(0.1));
    }

    @Test
    void attention_oneKey_isItsValue() {
        var shape = new AttentionShape(1, 1, 1, 1, 4);
        Tensor out = matrix(shape.query(), 0, 0, 0, 0), lse = matrix(shape.perHead(), 0);
        Tensor q = matrix(shape.query(), 1, 2, 0, 0), k = matrix(shape.keyValue(), 3, 1, 0, 0);
        Tensor v = matrix(shape.keyValue(), 5, 6, 7, 8);
        kernels.attention(out, lse, q, k, v, shape);
        assertValues(out, 5, 6, 7, 8);
        assertValues(lse, 2.5);
    }

    @Test
    void attention_equalScores_averagesThePastOnly() {
        var shape = new AttentionShape(1, 2, 1, 1, 4);
        Tensor out = matrix(shape.query(), 0, 0, 0, 0, 0, 0, 0, 0), lse = matrix(shape.perHead(), 0, 0);
        Tensor zero = matrix(shape.query(), 0, 0, 0, 0, 0, 0, 0, 0);
        Tensor v = matrix(shape.keyValue(), 1, 2, 3, 4, 3, 4, 5, 6);
        kernels.attention(out, lse, zero, zero, v, shape);
        assertValues(out, 1, 2, 3, 4, 2, 3, 4, 5);
        assertValues(lse, 0, Math.log(2));
    }

    @Test
    void swiGlu_sigmoidOfLogThree_isThreeQuarters() {
        Tensor out = matrix(Shape.vector(2), 9, 9);
        kernels.swiGlu(out, matrix(Shape.vector(2), 0, 1), matrix(Shape.vector(2), 5, 2));
        assertValues(out, 0, 2 / (1 + Math.exp(-1)));
    }

    @Test
    void crossEntropy_quarterAndThreeQuarters() {
        Tensor logits = kernels.allocate(Shape.of(1, 2)), losses = kernels.allocate(Shape.of(1, 1));
        kernels.set(logits, 1, Math.log(3));
        kernels.crossEntropy(losses, logits, tokens(2, 0), 10);
        assertValues(losses, Math.log(4));
        assertValues(logits, -7.5, 7.5);
    }

    @Test
    void squaredNorm_addsWhenAsked() {
        Tensor norm2 = matrix(Shape.vector(1), 100), x = matrix(Shape.vector(2), 3, 4);
        kernels.squaredNorm(norm2, x, false);
        assertValues(norm2, 25);
        kernels.squaredNorm(norm2, x, true);
        assertValues(norm2, 50);
    }

    @Test
    void adamW_firstStep_movesByTheRateAndDecaysThePrefix() {
        Tensor w = matrix(Shape.vector(2), 1, 1), g = matrix(Shape.vector(2), 0.5, -0.5);
        Tensor m = matrix(Shape.vector(2), 0, 0), v = matrix(Shape.vector(2), 0, 0);
        kernels.adamW(w, g, m, v, matrix(Shape.vector(1), 0.5), new AdamW(0.1, 0.9, 0.99, 0, 0.2, 0, 1, 1));
        assertValues(m, 0.05, -0.05);
        assertValues(v, 0.0025, 0.0025);
        assertValues(w, 1 - 0.1 * (1 + 0.2), 1 + 0.1); // m̂ / sqrt(v̂) is the sign of the gradient
    }

    @Test
    void adamW_secondStep_correctsTheBias() {
        Tensor w = matrix(Shape.vector(1), 1), g = matrix(Shape.vector(1), 2);
        Tensor m = matrix(Shape.vector(1), 0.1), v = matrix(Shape.vector(1), 0.01);
        kernels.adamW(w, g, m, v, matrix(Shape.vector(1), 4), new AdamW(0.1, 0.9, 0.99, 0.5, 0, 0, 2, 0));
        double mean = (0.9 * 0.1 + 0.1 * 2) / (1 - 0.81), square = (0.99 * 0.01 + 0.01 * 4) / (1 - 0.99 * 0.99);
        assertValues(w, 1 - 0.1 * mean / (Math.sqrt(square) + 0.5));
    }

    @Test
    void adamW_normAboveTheLimit_scalesTheGradient() {
        Tensor w = matrix(Shape.vector(1), 1), g = matrix(Shape.vector(1), 3);
        Tensor m = matrix(Shape.vector(1), 0), v = matrix(Shape.vector(1), 0);
        kernels.adamW(w, g, m, v, matrix(Shape.vector(1), 36), new AdamW(0, 0.5, 0.5, 1, 0, 2, 1, 0));
        assertValues(m, 0.5);
        assertValues(v, 0.5);
    }

    @Test
    void upload_bytes_areLittleEndianFromTheOffset() {
        Tensor x = kernels.allocate(Shape.vector(2));
        kernels.upload(x, new byte[] {99, 0, 0, (byte) 0x80, 0x3f, 0, 0, 0x20, (byte) 0xc1}, 1);
        assertValues(x, 1, -10);
    }

    private interface Call {
        void on(ReferenceKernels kernels, Tensor small, Tensor large);
    }

    static List<Call> wrongShapes() {
        return List.of(
                (k, s, l) -> k.copy(s, l),
                (k, s, l) -> k.subtract(s, s, l),
                (k, s, l) -> k.narrow(k.allocateHalves(FOUR), l),
                (k, s, l) -> k.widen(l, k.allocateHalves(FOUR)),
                (k, s, l) -> k.swiGlu(l, s, s),
                (k, s, l) -> k.swiGluBackward(s, s, s, s, l),
                (k, s, l) -> k.matmul(MatmulLayout.AB, s, s, l, false),
                (k, s, l) -> k.matmul(MatmulLayout.ABT, l, s, s, false),
                (k, s, l) -> k.rmsNorm(s, s, s, s, 1e-5),
                (k, s, l) -> k.rotary(l, s.view(0, Shape.of(1, 2))),
                (k, s, l) -> k.squaredNorm(s, l, false),
                (k, s, l) -> k.attention(s, s, s, s, s, new AttentionShape(1, 2, 1, 1, 4)),
                (k, s, l) -> k.embed(s, l, k.allocateTokens(2, 9)),
                (k, s, l) -> k.crossEntropy(s, l, k.allocateTokens(2, 9), 1),
                (k, s, l) -> k.upload(k.allocateTokens(2, 9), new int[] {1}),
                (k, s, l) -> k.upload(k.allocateTokens(1, 9), new int[] {9}),
                (k, s, l) -> k.adamW(s, s, s, s, s, new AdamW(0, 0, 0, 1, 0, 0, 1, 0)),
                (k, s, l) -> s.view(1, FOUR),
                (k, s, l) -> new AttentionShape(1, 1, 3, 2, 4));
    }

    @ParameterizedTest
    @MethodSource("wrongShapes")
    void anyOperation_wrongShapes_refused(Call call) {
        Tensor small = kernels.allocate(FOUR), large = kernels.allocate(Shape.of(3, 3));
        assertThatThrownBy(() -> call.on(kernels, small, large)).isInstanceOf(IllegalArgumentException.class);
    }

    private Tensor matrix(Shape shape, double... values) {
        Tensor made = kernels.allocate(shape);
        for (int i = 0; i < values.length; i++) kernels.set(made, i, values[i]);
        return made;
    }

    private Tokens tokens(int vocabulary, int... ids) {
        Tokens made = kernels.allocateTokens(ids.length, vocabulary);
        kernels.upload(made, ids);
        return made;
    }

    private void assertValues(Tensor tensor, double... expected) {
        assertThat(tensor.size()).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++)
            assertThat(kernels.get(tensor, i)).as("element " + i).isCloseTo(expected[i], CLOSE);
    }
}
