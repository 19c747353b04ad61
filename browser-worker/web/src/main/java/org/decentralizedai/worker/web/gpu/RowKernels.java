package org.decentralizedai.worker.web.gpu;

import static java.lang.Float.floatToRawIntBits;

import org.decentralizedai.kernels.Tensor;

/** Enqueues each {@link RowOperation} in the form that is chosen. Shapes were checked before. */
final class RowKernels {
    /** Columns of a workgroup of rms_norm_backward_weight_workgroup.wgsl. */
    private static final int WEIGHT_COLUMNS = 8;

    /** Pairs of a workgroup of rotary_workgroup.wgsl. */
    private static final int ROTARY_PAIRS = 64;

    private final CommandStream commands;
    private Variants variants = Variants.PLAIN;

    RowKernels(CommandStream commands) {
        this.commands = commands;
    }

    Variants variants() {
        return variants;
    }

    void choose(Variants chosen) {
        variants = chosen;
    }

    void rmsNorm(Tensor y, Tensor rstd, Tensor x, Tensor weight, double epsilon) {
        int[] sizes = {x.rows(), x.columns(), bits(epsilon)};
        enqueue(RowOperation.RMS_NORM, 0, x.rows(), x.rows(), sizes, y, rstd, x, weight);
    }

    void rmsNormBackward(Tensor dx, Tensor dweight, Tensor dy, Tensor x, Tensor weight, Tensor rstd) {
        var operation = RowOperation.RMS_NORM_BACKWARD;
        int[] sizes = {x.rows(), x.columns()};
        enqueue(operation, 0, x.rows(), x.rows(), sizes, dx, dy, x, weight, rstd);
        enqueue(operation, 1, x.columns(), parts(x.columns(), WEIGHT_COLUMNS), sizes, dweight, dy, x, rstd);
    }

    /** @param direction 1, or -1 for backwards */
    void rotary(Tensor x, Tensor table, int position, double direction) {
        int headDim = table.columns(), pairs = x.size() / 2;
        int[] sizes = {pairs, headDim / 2, x.columns(), table.rows(), bits(direction), position};
        enqueue(RowOperation.ROTARY, 0, x.size() / headDim, parts(pairs, ROTARY_PAIRS), sizes, x, table);
    }

    void crossEntropy(Tensor losses, Tensor logits, Tensor targets, double gradientScale) {
        int[] sizes = {logits.rows(), logits.columns(), bits(gradientScale)};
        enqueue(RowOperation.CROSS_ENTROPY, 0, logits.rows(), logits.rows(), sizes, losses, logits, targets);
    }

    /** total (1,1) = sum of partials, or +=. */
    void sum(Tensor total, Tensor partials, boolean accumulate) {
        int[] sizes = {partials.size() / 4, accumulate ? 1 : 0};
        enqueue(RowOperation.SQUARED_NORM, 0, 1, 1, sizes, total, partials);
    }

    /** @param stage which of the operation's dispatches */
    private void enqueue(
            RowOperation operation, int stage, long invocations, long workgroups, int[] sizes, Tensor... tensors) {
        RowForm form = variants.form(operation);
        KernelSpec spec = operation.specs(form).get(stage);
        if (form == RowForm.INVOCATION) commands.dispatchAll(spec, invocations, sizes, tensors);
        else commands.dispatchGroups(spec, workgroups, sizes, tensors);
    }

    private static int parts(int size, int part) {
        return (size + part - 1) / part;
    }

    private static int bits(double value) {
        return floatToRawIntBits((float) value);
    }
}
