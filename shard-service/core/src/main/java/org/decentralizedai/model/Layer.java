package org.decentralizedai.model;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import org.decentralizedai.kernels.Addend;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Tensor;

/**
 * One transformer layer: x + attention(norm(x)), then + mlp(norm(.)). Its backward finds what it needs in its
 * {@link Activations}; shapes are (n, width) with n = batch * context rows.
 */
final class Layer {
    private final Kernels kernels;
    private final AttentionShape attention;
    private final Tensor rotary;
    private final double epsilon;
    private final Keeping keeping;
    private final LayerWeights w;
    private final LayerWeights dw;
    private final Activations a;
    private final Scratch s;

    /** Layer {@code i}. */
    Layer(
            Kernels kernels,
            ModelConfig config,
            DecoderMemory memory,
            int i,
            LayerWeights weights,
            LayerWeights gradients) {
        this.kernels = kernels;
        attention = memory.attention();
        rotary = memory.rotary();
        epsilon = config.rmsNormEpsilon();
        keeping = memory.keeping();
        w = weights;
        dw = gradients;
        a = memory.activations().get(i);
        s = memory.scratch();
    }

    /** out (n,hidden) from x (n,hidden). */
    void forward(Tensor out, Tensor x) {
        activate(x);
        kernels.matmul(ABT, out, a.activated(), w.down(), new Addend.Rows(a.middle()));
        if (keeping == Keeping.HALVES) a.narrow(kernels);
    }

    /** Makes of the activations of x (n,hidden) what was not kept. */
    void restore(Tensor x) {
        switch (keeping) {
            case ALL -> {}
            case PRODUCTS -> rebuild(x);
            case NOTHING -> activate(x);
            case HALVES -> {
                a.widen(kernels);
                rebuild(x);
            }
            case NOTHING_AS_HALVES -> {
                activate(x);
                a.narrow(kernels);
                a.widen(kernels);
                kernels.swiGlu(a.activated(), a.gate(), a.up());
            }
        }
    }

    /** From products to activations. */
    private void rebuild(Tensor x) {
        kernels.rmsNorm(a.norm1(), a.rstd1(), x, w.attentionNorm(), epsilon);
        kernels.rmsNorm(a.norm2(), a.rstd2(), a.middle(), w.mlpNorm(), epsilon);
        kernels.swiGlu(a.activated(), a.gate(), a.up());
    }

    /** Fills the activations from x (n,hidden): all of the forward but its last product. */
    private void activate(Tensor x) {
        kernels.rmsNorm(a.norm1(), a.rstd1(), x, w.attentionNorm(), epsilon);
        kernels.matmul(ABT, a.q(), a.norm1(), w.query(), false);
        kernels.matmul(ABT, a.k(), a.norm1(), w.key(), false);
        kernels.matmul(ABT, a.v(), a.norm1(), w.value(), false);
        kernels.rotary(a.q(), rotary);
        kernels.rotary(a.k(), rotary);
        kernels.attention(a.attended(), a.lse(), a.q(), a.k(), a.v(), attention);
        kernels.matmul(ABT, a.middle(), a.attended(), w.output(), new Addend.Rows(x));

        kernels.rmsNorm(a.norm2(), a.rstd2(), a.middle(), w.mlpNorm(), epsilon);
        kernels.matmul(ABT, a.gate(), a.norm2(), w.gate(), false);
        kernels.matmul(ABT, a.up(), a.norm2(), w.up(), false);
        kernels.swiGlu(a.activated(), a.gate(), a.up());
    }

    /**
     * Needs the activations of the same x. dx (n,hidden) holds the gradient of the output and receives that of x, the layer's
     * input.
     */
    void backward(Tensor dx, Tensor x) {
        kernels.matmul(AB, s.dactivated(), dx, w.down(), false);
        kernels.matmul(ATB, dw.down(), dx, a.activated(), true);
        kernels.swiGluBackward(s.dgate(), s.dup(), s.dactivated(), a.gate(), a.up());
        kernels.matmul(AB, s.dnorm(), s.dgate(), w.gate(), false);
        kernels.matmul(AB, s.dnorm(), s.dup(), w.up(), true);
        kernels.matmul(ATB, dw.gate(), s.dgate(), a.norm2(), true);
        kernels.matmul(ATB, dw.up(), s.dup(), a.norm2(), true);
        kernels.rmsNormBackward(dx, dw.mlpNorm(), s.dnorm(), a.middle(), w.mlpNorm(), a.rstd2());

        kernels.matmul(AB, s.dattended(), dx, w.output(), false);
        kernels.matmul(ATB, dw.output(), dx, a.attended(), true);
        kernels.attentionBackward(
                s.dq(),
                s.dk(),
                s.dv(),
                s.delta(),
                s.dattended(),
                a.attended(),
                a.lse(),
                a.q(),
                a.k(),
                a.v(),
                attention);
        kernels.rotaryBackward(s.dq(), rotary);
        kernels.rotaryBackward(s.dk(), rotary);
        kernels.matmul(AB, s.dnorm(), s.dq(), w.query(), false);
        kernels.matmul(AB, s.dnorm(), s.dk(), w.key(), true);
        kernels.matmul(AB, s.dnorm(), s.dv(), w.value(), true);
        kernels.matmul(ATB, dw.query(), s.dq(), a.norm1(), true);
        kernels.matmul(ATB, dw.key(), s.dk(), a.norm1(), true);
        kernels.matmul(ATB, dw.value(), s.dv(), a.norm1(), true);
        kernels.rmsNormBackward(dx, dw.attentionNorm(), s.dnorm(), x, w.attentionNorm(), a.rstd1());
    }
}
