package org.decentralizedai.worker.web.gpu;

import static java.lang.Float.floatToRawIntBits;

import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Tensor;

/** Chooses the shaders of attention by the form that is wanted and the size of a head, and enqueues them. */
final class Attention {
    /** Queries, or keys, of one workgroup of the workgroup forms. */
    private static final int TILE = 16;

    private Attention() {}

    /** @param past keys before the first row's own; 0 but for a batch of 1 */
    static void forward(
            CommandStream commands,
            RowForm form,
            Tensor out,
            Tensor lse,
            Tensor q,
            Tensor k,
            Tensor v,
            AttentionShape shape,
            int past) {
        KernelSpec spec = form == RowForm.INVOCATION
                ? KernelSpec.attention(shape.headDim())
                : shared(RowOperation.ATTENTION, 0, shape);
        enqueue(commands, form, spec, shape.heads(), shape, past, out, lse, q, k, v);
    }

    /** Few rows after many. By a workgroup a row; in tiles of queries where there are enough of them. */
    static void cached(
            CommandStream commands,
            RowForm form,
            Tensor out,
            Tensor lse,
            Tensor q,
            Tensor k,
            Tensor v,
            AttentionShape shape,
            int past) {
        if (form == RowForm.INVOCATION || shape.rows() >= TILE) {
            forward(commands, form, out, lse, q, k, v, shape, past);
        } else {
            KernelSpec spec = shared(RowOperation.CACHED_ATTENTION, 0, shape);
            commands.dispatchGroups(spec, shape.perHead().size(), sizes(shape, past), out, lse, q, k, v);
        }
    }

    static void backward(
            CommandStream commands,
            RowForm form,
            Tensor dq,
            Tensor dk,
            Tensor dv,
            Tensor delta,
            Tensor dout,
            Tensor out,
            Tensor lse,
            Tensor q,
            Tensor k,
            Tensor v,
            AttentionShape shape) {
        boolean plain = form == RowForm.INVOCATION;
        KernelSpec query = plain
                ? KernelSpec.attentionBackwardQuery(shape.headDim())
                : shared(RowOperation.ATTENTION_BACKWARD, 0, shape);
        enqueue(commands, form, query, shape.heads(), shape, 0, dq, delta, dout, out, lse, q, k, v);
        KernelSpec keyValue = plain
                ? KernelSpec.attentionBackwardKeyValue(shape.headDim())
                : shared(RowOperation.ATTENTION_BACKWARD, 1, shape);
        enqueue(commands, form, keyValue, shape.kvHeads(), shape, 0, dk, dv, delta, dout, lse, q, k, v);
    }

    private static KernelSpec shared(RowOperation operation, int stage, AttentionShape shape) {
        return operation.specs(RowForm.WORKGROUP).get(stage).with("head_vectors", shape.headDim() / 4);
    }

    /** @param heads those that the rows are counted over */
    private static void enqueue(
            CommandStream commands,
            RowForm form,
            KernelSpec spec,
            int heads,
            AttentionShape shape,
            int past,
            Tensor... tensors) {
        int[] sizes = sizes(shape, past);
        long tiles = (shape.context() + TILE - 1) / TILE;
        if (form == RowForm.INVOCATION) commands.dispatchAll(spec, (long) shape.rows() * heads, sizes, tensors);
        else commands.dispatchGroups(spec, tiles * shape.batch() * heads, sizes, tensors);
    }

    private static int[] sizes(AttentionShape shape, int past) {
        int scale = floatToRawIntBits((float) shape.scale());
        return new int[] {shape.rows(), shape.context(), shape.heads(), shape.kvHeads(), scale, past};
    }
}
