package org.decentralizedai.worker.vector;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.EXP;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.decentralizedai.worker.vector.Gemm.Matrix;

/** Loops over parts of a row, vectorised; tails are done by masks. All sums of a call run in one fixed order. */
final class Rows {
    static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;

    private Rows() {}

    static float dot(Matrix a, Matrix b, int row, int column, int length) {
        return dot(
                a.values(),
                a.offset() + row * a.stride() + column,
                b.values(),
                b.offset() + row * b.stride() + column,
                length);
    }

    static float dot(float[] a, int ai, float[] b, int bi, int length) {
        FloatVector sum = FloatVector.zero(LANES);
        int i = 0;
        for (; i < LANES.loopBound(length); i += LANES.length())
            sum = FloatVector.fromArray(LANES, a, ai + i).fma(FloatVector.fromArray(LANES, b, bi + i), sum);
        float total = sum.reduceLanes(ADD);
        for (; i < length; i++) total += a[ai + i] * b[bi + i];
        return total;
    }

    /** y += factor * x. */
    static void axpy(float[] y, int yi, float factor, float[] x, int xi, int length) {
        for (int i = 0; i < length; i++) y[yi + i] += factor * x[xi + i];
    }

    static float max(float[] x, int from, int length) {
        int i = 0;
        FloatVector most = FloatVector.broadcast(LANES, Float.NEGATIVE_INFINITY);
        for (; i < LANES.loopBound(length); i += LANES.length())
            most = most.max(FloatVector.fromArray(LANES, x, from + i));
        float result = most.reduceLanes(MAX);
        for (; i < length; i++) result = Math.max(result, x[from + i]);
        return result;
    }

    /** x = exp(x * scale - shift), and the sum of it. */
    static float exp(float[] x, int from, int length, float scale, float shift) {
        FloatVector sum = FloatVector.zero(LANES);
        for (int i = 0; i < length; i += LANES.length()) {
            var mask = LANES.indexInRange(i, length);
            FloatVector e = FloatVector.fromArray(LANES, x, from + i, mask)
                    .mul(scale)
                    .sub(shift)
                    .lanewise(EXP);
            e.intoArray(x, from + i, mask);
            sum = sum.add(e, mask);
        }
        return sum.reduceLanes(ADD);
    }

    static void multiply(float[] x, int from, int length, float factor) {
        for (int i = 0; i < length; i++) x[from + i] *= factor;
    }

    /**
     * Softmax of the first {@code seen} of {@code length} scores times {@code scale}, in place; the others become 0.
     *
     * @return log-sum-exp of the scaled scores
     */
    static float softmax(float[] x, int from, int seen, int length, float scale) {
        float max = max(x, from, seen) * scale;
        float sum = exp(x, from, seen, scale, max);
        multiply(x, from, seen, 1 / sum);
        java.util.Arrays.fill(x, from + seen, from + length, 0);
        return max + (float) Math.log(sum);
    }

    /** From scores to probabilities p, and from dp to the gradient of the scores, ds = p (dp - delta) scale; both in place. */
    static void softmaxBackward(
            float[] p, float[] dp, int from, int seen, int length, float scale, float logSumExp, float delta) {
        exp(p, from, seen, scale, logSumExp);
        for (int i = from; i < from + seen; i++) dp[i] = p[i] * (dp[i] - delta) * scale;
        java.util.Arrays.fill(p, from + seen, from + length, 0);
        java.util.Arrays.fill(dp, from + seen, from + length, 0);
    }
}
