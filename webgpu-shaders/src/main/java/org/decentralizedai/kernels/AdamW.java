package org.decentralizedai.kernels;

/**
 * One step of AdamW (Loshchilov and Hutter 2019) with bias correction, after the gradient was scaled down to norm
 * {@code clipNorm} (Pascanu et al. 2013). Only the first {@code decayed} elements are decayed: matrices lie before vectors.
 *
 * @param step counts from 1
 * @param clipNorm greatest global gradient norm; 0 leaves gradients as they are
 * @param bound greatest |m̂ / (√v̂ + ε)| of an element; what is beyond is cut to it
 */
public record AdamW(
        double learningRate,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double clipNorm,
        int step,
        int decayed,
        double bound) {
    public AdamW {
        if (step < 1) throw new IllegalArgumentException("step must be >= 1: step=" + step);
        if (decayed < 0) throw new IllegalArgumentException("decayed must be >= 0: decayed=" + decayed);
    }

    /** Without a bound. */
    public AdamW(
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double clipNorm,
            int step,
            int decayed) {
        this(learningRate, beta1, beta2, epsilon, weightDecay, clipNorm, step, decayed, Float.MAX_VALUE);
    }

    /** 1 / (1 - beta1^step). */
    public double correction1() {
        return 1 / (1 - Math.pow(beta1, step));
    }

    /** 1 / (1 - beta2^step); 1 for a second moment that stays as it is. */
    public double correction2() {
        return beta2 == 1 ? 1 : 1 / (1 - Math.pow(beta2, step));
    }
}
