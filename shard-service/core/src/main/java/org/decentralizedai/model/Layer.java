package org.decentralizedai.model;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import java.util.List;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/**
 * One transformer layer: x + attention(norm(x)), then + mlp(norm(.)). Keeps what its backward needs; shapes are (n, width)
 * with n = batch * context rows.
 */
final class Layer {
    private final Kernels kernels;
    private final AttentionShape attention;
    private final Tensor rotary;
    private final double epsilon;
    private final LayerWeights w;
    private final LayerWeights dw;

    // kept by forward for backward
    private final Tensor norm1, rstd1, q, k, v, attended, lse, middle, norm2, rstd2, gate, up, activated;

    /** Room for gradients of activations, shared by all layers: they are used one after the other. */
    record Scratch(
            Tensor dnorm,
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor delta,
            Tensor dattended,
            Tensor dactivated,
            Tensor dgate,
            Tensor dup) {
        static Scratch allocate(Kernels kernels, ModelConfig config, AttentionShape attention) {
            Shape wide = Shape.of(attention.rows(), config.intermediate());
            return new Scratch(
                    kernels.allocate(Shape.of(attention.rows(), config.hidden())),
                    kernels.allocate(attention.query()),
                    kernels.allocate(attention.keyValue()),
                    kernels.allocate(attention.keyValue()),
                    kernels.allocate(attention.perHead()),
                    kernels.allocate(attention.query()),
                    kernels.allocate(wide),
                    kernels.allocate(wide),
                    kernels.allocate(wide));
        }

        void free(Kernels kernels) {
            for (Tensor tensor : List.of(dnorm, dq, dk, dv, delta, dattended, dactivated, dgate, dup))
                kernels.free(tensor);
        }
    }

    Layer(
            Kernels kernels,
            ModelConfig config,
            AttentionShape attention,
            Tensor rotary,
            LayerWeights weights,
            LayerWeights gradients) {
        this.kernels = kernels;
        this.attention = attention;
        this.rotary = rotary;
        this.epsilon = config.rmsNormEpsilon();
        this.w = weights;
        this.dw = gradients;
        Shape narrow = Shape.of(attention.rows(), config.hidden());
        Shape wide = Shape.of(attention.rows(), config.intermediate());
        Shape perRow = Shape.of(attention.rows(), 1);
        norm1 = kernels.allocate(narrow);
        rstd1 = kernels.allocate(perRow);
        q = kernels.allocate(attention.query());
        k = kernels.allocate(attention.keyValue());
        v = kernels.allocate(attention.keyValue());
        attended = kernels.allocate(attention.query());
        lse = kernels.allocate(attention.perHead());
        middle = kernels.allocate(narrow);
        norm2 = kernels.allocate(narrow);
        rstd2 = kernels.allocate(perRow);
        gate = kernels.allocate(wide);
        up = kernels.allocate(wide);
        activated = kernels.allocate(wide);
    }

    /** out (n,hidden) from x (n,hidden). */
    void forward(Tensor out, Tensor x) {
        kernels.rmsNorm(norm1, rstd1, x, w.attentionNorm(), epsilon);
        kernels.matmul(ABT, q, norm1, w.query(), false);
        kernels.matmul(ABT, k, norm1, w.key(), false);
        kernels.matmul(ABT, v, norm1, w.value(), false);
        kernels.rotary(q, rotary);
        kernels.rotary(k, rotary);
        kernels.attention(attended, lse, q, k, v, attention);
        kernels.copy(middle, x);
        kernels.matmul(ABT, middle, attended, w.output(), true);

        kernels.rmsNorm(norm2, rstd2, middle, w.mlpNorm(), epsilon);
        kernels.matmul(ABT, gate, norm2, w.gate(), false);
        kernels.matmul(ABT, up, norm2, w.up(), false);
        kernels.swiGlu(activated, gate, up);
        kernels.copy(out, middle);
        kernels.matmul(ABT, out, activated, w.down(), true);
    }

    /** dx (n,hidden) holds the gradient of the output and receives that of x, the layer's input. */
    void backward(Tensor dx, Tensor x, Scratch s) {
        kernels.matmul(AB, s.dactivated(), dx, w.down(), false);
        kernels.matmul(ATB, dw.down(), dx, activated, true);
        kernels.swiGluBackward(s.dgate(), s.dup(), s.dactivated(), gate, up);
        kernels.matmul(AB, s.dnorm(), s.dgate(), w.gate(), false);
        kernels.matmul(AB, s.dnorm(), s.dup(), w.up(), true);
        kernels.matmul(ATB, dw.gate(), s.dgate(), norm2, true);
        kernels.matmul(ATB, dw.up(), s.dup(), norm2, true);
        kernels.rmsNormBackward(dx, dw.mlpNorm(), s.dnorm(), middle, w.mlpNorm(), rstd2);

        kernels.matmul(AB, s.dattended(), dx, w.output(), false);
        kernels.matmul(ATB, dw.output(), dx, attended, true);
        kernels.attentionBackward(s.dq(), s.dk(), s.dv(), s.delta(), s.dattended(), attended, lse, q, k, v, attention);
        kernels.rotaryBackward(s.dq(), rotary);
        kernels.rotaryBackward(s.dk(), rotary);
        kernels.matmul(AB, s.dnorm(), s.dq(), w.query(), false);
        kernels.matmul(AB, s.dnorm(), s.dk(), w.key(), true);
        kernels.matmul(AB, s.dnorm(), s.dv(), w.value(), true);
        kernels.matmul(ATB, dw.query(), s.dq(), norm1, true);
        kernels.matmul(ATB, dw.key(), s.dk(), norm1, true);
        kernels.matmul(ATB, dw.value(), s.dv(), norm1, true);
        kernels.rmsNormBackward(dx, dw.attentionNorm(), s.dnorm(), x, w.attentionNorm(), rstd1);
    }

    void free() {
        for (Tensor tensor : List.of(norm1, rstd1, q, k, v, attended, lse, middle, norm2, rstd2, gate, up, activated))
            kernels.free(tensor);
    }
}
