package org.decentralizedai.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every backward operation of the reference against central differences of its forward, in double: for L = sum(out * dout),
 * dL/dx must be what backward gives for dout.
 */
class GradientTest {
    private static final double STEP = 1e-5, TOLERANCE = 1e-8;

    private final ReferenceKernels kernels = new ReferenceKernels();
    private final Random random = new Random(7);

    @Test
    void matmulAbt_asInALayer_gradientsAreTheOtherTwoLayouts() {
        Tensor x = random(3, 4), w = random(5, 4), y = random(3, 5), dy = random(3, 5);
        Tensor dx = random(3, 4), dw = random(5, 4);
        kernels.matmul(AB, dx, dy, w, false);
        kernels.matmul(ATB, dw, dy, x, false);
        Loss loss = () -> {
            kernels.matmul(ABT, y, x, w, false);
            return dot(y, dy);
        };
        requireGradient(dx, x, loss);
        requireGradient(dw, w, loss);
    }

    @Test
    void embed_tokensRepeatedAndMissing() {
        Tensor table = random(5, 3), out = random(6, 3), dout = random(6, 3), dtable = zero(5, 3);
        Tokens tokens = kernels.allocateTokens(6, 5);
        kernels.upload(tokens, new int[] {4, 1, 1, 0, 4, 1});
        kernels.embedBackward(dtable, dout, tokens);
        requireGradient(dtable, table, () -> {
            kernels.embed(out, table, tokens);
            return dot(out, dout);
        });
    }

    @Test
    void rmsNorm() {
        Tensor x = random(4, 6), weight = random(1, 6), y = random(4, 6), rstd = random(4, 1), dy = random(4, 6);
        Tensor dx = zero(4, 6), dweight = zero(1, 6);
        Loss loss = () -> {
            kernels.rmsNorm(y, rstd, x, weight, 1e-3);
            return dot(y, dy);
        };
        loss.compute(); // rstd for backward
        kernels.rmsNormBackward(dx, dweight, dy, x, weight, rstd);
        requireGradient(dx, x, loss);
        requireGradient(dweight, weight, loss);
    }

    @Test
    void backwardThatAdds_keepsWhatWasThere() {
        Tensor x = random(4, 6), weight = random(1, 6), rstd = random(4, 1), dy = random(4, 6);
        Tensor once = zero(4, 6), weightOnce = zero(1, 6), twice = zero(4, 6), weightTwice = zero(1, 6);
        kernels.rmsNormBackward(once, weightOnce, dy, x, weight, rstd);
        for (int i = 0; i < 2; i++) kernels.rmsNormBackward(twice, weightTwice, dy, x, weight, rstd);
        for (int i = 0; i < once.size(); i++) assertThat(kernels.get(twice, i)).isEqualTo(2 * kernels.get(once, i));
        for (int i = 0; i < 6; i++)
            assertThat(kernels.get(weightTwice, i)).isCloseTo(2 * kernels.get(weightOnce, i), within());
    }

    @Test
    void rotary() {
        Tensor x = random(6, 8), turned = random(6, 8), dx = random(6, 8), dout = random(6, 8);
        Tensor table = kernels.allocate(Shape.of(3, 4));
        kernels.upload(table, RotaryTable.values(3, 4, 100));
        kernels.copy(dx, dout);
        kernels.rotaryBackward(dx, table);
        requireGradient(dx, x, () -> {
            kernels.copy(turned, x);
            kernels.rotary(turned, table);
            return dot(turned, dout);
        });
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,1,4", "2,4,4,2,4", "1,5,3,1,8", "2,3,2,2,4"})
    void attention(int batch, int context, int heads, int kvHeads, int headDim) {
        var shape = new AttentionShape(batch, context, heads, kvHeads, headDim);
        Tensor q = random(shape.query()), k = random(shape.keyValue()), v = random(shape.keyValue());
        Tensor out = random(shape.query()), lse = random(shape.perHead()), dout = random(shape.query());
        Tensor dq = random(shape.query()), dk = random(shape.keyValue()), dv = random(shape.keyValue());
        Loss loss = () -> {
            kernels.attention(out, lse, q, k, v, shape);
            return dot(out, dout);
        };
        loss.compute(); // out and lse for backward
        kernels.attentionBackward(dq, dk, dv, random(shape.perHead()), dout, out, lse, q, k, v, shape);
        requireGradient(dq, q, loss);
        requireGradient(dk, k, loss);
        requireGradient(dv, v, loss);
    }

    @Test
    void swiGlu() {
        Tensor gate = random(3, 5), up = random(3, 5), out = random(3, 5), dout = random(3, 5);
        Tensor dgate = random(3, 5), dup = random(3, 5);
        kernels.swiGluBackward(dgate, dup, dout, gate, up);
        Loss loss = () -> {
            kernels.swiGlu(out, gate, up);
            return dot(out, dout);
        };
        requireGradient(dgate, gate, loss);
        requireGradient(dup, up, loss);
    }

    @Test
    void crossEntropy_meanLoss() {
        Tensor logits = random(3, 5), scratch = random(3, 5), losses = random(3, 1);
        Tokens targets = kernels.allocateTokens(3, 5);
        kernels.upload(targets, new int[] {4, 0, 2});
        Tensor gradient = random(3, 5);
        kernels.copy(gradient, logits);
        kernels.crossEntropy(losses, gradient, targets, 1.0 / 3);
        requireGradient(gradient, logits, () -> {
            kernels.copy(scratch, logits);
            kernels.crossEntropy(losses, scratch, targets, 1);
            return (kernels.get(losses, 0) + kernels.get(losses, 1) + kernels.get(losses, 2)) / 3;
        });
    }

    private interface Loss {
        double compute();
    }

    private void requireGradient(Tensor dx, Tensor x, Loss loss) {
        double error = 0, size = 0;
        for (int i = 0; i < x.size(); i++) {
            double value = kernels.get(x, i);
            kernels.set(x, i, value + STEP);
            double above = loss.compute();
            kernels.set(x, i, value - STEP);
            double below = loss.compute();
            kernels.set(x, i, value);
            double expected = (above - below) / (2 * STEP);
            error += Math.pow(kernels.get(dx, i) - expected, 2);
            size += expected * expected;
        }
        assertThat(Math.sqrt(error)).isLessThanOrEqualTo(TOLERANCE * Math.max(1, Math.sqrt(size)));
    }

    private Tensor random(Shape shape) {
        Tensor made = kernels.allocate(shape);
        for (int i = 0; i < made.size(); i++) kernels.set(made, i, 2 * random.nextDouble() - 1);
        return made;
    }

    private Tensor random(int rows, int columns) {
        return random(Shape.of(rows, columns));
    }

    private Tensor zero(int rows, int columns) {
        return kernels.allocate(Shape.of(rows, columns));
    }

    private double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) sum += kernels.get(a, i) * kernels.get(b, i);
        return sum;
    }

    private static Offset<Double> within() {
        return Offset.offset(1e-14);
    }
}
