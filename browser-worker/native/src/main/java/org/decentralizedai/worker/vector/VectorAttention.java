package org.decentralizedai.worker.vector;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.worker.vector.Gemm.Matrix;

/**
 * Causal attention of one (sequence, key-value head) on one thread, in blocks of {@link #BLOCK} queries: scores of a block
 * against all earlier keys are one matrix product, so memory is BLOCK x context and not context x context. Backward
 * recomputes the probabilities from the log-sum-exp (Dao 2023). Not thread-safe.
 */
final class VectorAttention {
    private static final int BLOCK = 64;

    private final Gemm gemm;
    private final AttentionShape shape;
    private final float[] scores, dscores;

    VectorAttention(Gemm gemm, AttentionShape shape) {
        this.gemm = gemm;
        this.shape = shape;
        scores = new float[BLOCK * shape.context()];
        dscores = new float[BLOCK * shape.context()];
    }

    AttentionShape shape() {
        return shape;
    }

    void forward(Matrix out, Matrix lse, Matrix q, Matrix k, Matrix v, int sequence, int kvHead) {
        int dim = shape.headDim();
        Matrix keys = head(k, sequence, kvHead), values = head(v, sequence, kvHead);
        forEachBlock(sequence, kvHead, (head, first, queries, seen) -> {
            int row = sequence * shape.context() + first;
            Matrix s = new Matrix(scores, 0, seen);
            gemm.multiply(ABT, s, q.at(row, head * dim), keys, queries, seen, dim, null);
            for (int i = 0; i < queries; i++) {
                int at = lse.offset() + (row + i) * lse.stride() + head;
                lse.values()[at] = Rows.softmax(scores, i * seen, first + i + 1, seen, (float) shape.scale());
            }
            gemm.multiply(AB, out.at(row, head * dim), s, values, queries, dim, seen, null);
        });
    }

    void backward(
            Matrix dq,
            Matrix dk,
            Matrix dv,
            Matrix delta,
            Matrix dout,
            Matrix out,
            Matrix lse,
            Matrix q,
            Matrix k,
            Matrix v,
            int sequence,
            int kvHead) {
        int dim = shape.headDim();
        Matrix keys = head(k, sequence, kvHead), values = head(v, sequence, kvHead);
        Matrix dkeys = head(dk, sequence, kvHead), dvalues = head(dv, sequence, kvHead);
        clear(dkeys);
        clear(dvalues);
        forEachBlock(sequence, kvHead, (head, first, queries, seen) -> {
            int row = sequence * shape.context() + first;
            Matrix block = q.at(row, head * dim), dblock = dout.at(row, head * dim);
            Matrix p = new Matrix(scores, 0, seen), ds = new Matrix(dscores, 0, seen);
            gemm.multiply(ABT, p, block, keys, queries, seen, dim, null);
            gemm.multiply(ABT, ds, dblock, values, queries, seen, dim, null);
            for (int i = 0; i < queries; i++) {
                float d = Rows.dot(dout, out, row + i, head * dim, dim);
                delta.values()[delta.offset() + (row + i) * delta.stride() + head] = d;
                float logSumExp = lse.values()[lse.offset() + (row + i) * lse.stride() + head];
                Rows.softmaxBackward(
                        scores, dscores, i * seen, first + i + 1, seen, (float) shape.scale(), logSumExp, d);
            }
            gemm.multiply(ATB, dvalues, p, dblock, seen, dim, queries, dvalues);
            gemm.multiply(ATB, dkeys, ds, block, seen, dim, queries, dkeys);
            gemm.multiply(AB, dq.at(row, head * dim), ds, keys, queries, dim, seen, null);
        });
    }

    private interface Block {
        /** @param seen keys that the block's last query sees */
        void at(int head, int first, int queries, int seen);
    }

    private void forEachBlock(int sequence, int kvHead, Block block) {
        int group = shape.heads() / shape.kvHeads();
        for (int head = kvHead * group; head < (kvHead + 1) * group; head++)
            for (int first = 0; first < shape.context(); first += BLOCK) {
                int queries = Math.min(BLOCK, shape.context() - first);
                block.at(head, first, queries, first + queries);
            }
    }

    private Matrix head(Matrix keysOrValues, int sequence, int kvHead) {
        return keysOrValues.at(sequence * shape.context(), kvHead * shape.headDim());
    }

    private void clear(Matrix part) {
        for (int t = 0; t < shape.context(); t++) {
            int from = part.offset() + t * part.stride();
            java.util.Arrays.fill(part.values(), from, from + shape.headDim(), 0);
        }
    }
}
