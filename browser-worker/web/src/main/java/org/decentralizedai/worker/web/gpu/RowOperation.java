package org.decentralizedai.worker.web.gpu;

import java.util.List;

/**
 * An operation that comes in several forms: the shaders of each, one per dispatch, in order (attention has more, by the
 * size of a head). All forms of an operation compute the same, but for rounding.
 */
public enum RowOperation {
    RMS_NORM(
            "rmsNorm",
            List.of(KernelSpec.RMS_NORM),
            List.of(KernelSpec.of("rms_norm_workgroup.wgsl", "wwrr", 64)),
            List.of(KernelSpec.of("rms_norm_subgroup.wgsl", "wwrr", 64))),
    /** dx, then dweight, which has no use for subgroups. */
    RMS_NORM_BACKWARD(
            "rmsNormBackward",
            List.of(KernelSpec.RMS_NORM_BACKWARD_X, KernelSpec.RMS_NORM_BACKWARD_WEIGHT),
            List.of(
                    KernelSpec.of("rms_norm_backward_x_workgroup.wgsl", "wrrrr", 64),
                    KernelSpec.RMS_NORM_BACKWARD_WEIGHT_WORKGROUP),
            List.of(
                    KernelSpec.of("rms_norm_backward_x_subgroup.wgsl", "wrrrr", 64),
                    KernelSpec.RMS_NORM_BACKWARD_WEIGHT_WORKGROUP)),
    ROTARY("rotary", List.of(KernelSpec.ROTARY), List.of(KernelSpec.of("rotary_workgroup.wgsl", "wr", 64)), List.of()),
    CROSS_ENTROPY(
            "crossEntropy",
            List.of(KernelSpec.CROSS_ENTROPY),
            List.of(KernelSpec.of("cross_entropy_workgroup.wgsl", "wwr", 256)),
            List.of(KernelSpec.of("cross_entropy_subgroup.wgsl", "wwr", 256))),
    /** Only the second stage: the first is many invocations in any form. */
    SQUARED_NORM(
            "squaredNorm", List.of(KernelSpec.SUM), List.of(KernelSpec.of("sum_workgroup.wgsl", "wr", 256)), List.of()),
    ATTENTION(
            "attention",
            List.of(KernelSpec.ATTENTION, KernelSpec.ATTENTION_NARROW),
            List.of(KernelSpec.attentionForm("attention_workgroup.wgsl", "wwrrr")),
            List.of()),
    /** dq and delta, then dk and dv. */
    ATTENTION_BACKWARD(
            "attentionBackward",
            List.of(
                    KernelSpec.ATTENTION_BACKWARD_QUERY,
                    KernelSpec.ATTENTION_BACKWARD_KEY_VALUE,
                    KernelSpec.ATTENTION_BACKWARD_QUERY_NARROW,
                    KernelSpec.ATTENTION_BACKWARD_KEY_VALUE_NARROW),
            List.of(
                    KernelSpec.attentionForm("attention_backward_query_workgroup.wgsl", "wwrrrrrr"),
                    KernelSpec.attentionForm("attention_backward_key_value_workgroup.wgsl", "wwrrrrrr")),
            List.of()),
    /** For few rows; for more it runs as {@link #ATTENTION}. */
    CACHED_ATTENTION(
            "cachedAttention",
            List.of(KernelSpec.ATTENTION, KernelSpec.ATTENTION_NARROW),
            List.of(KernelSpec.attentionForm("attention_decode.wgsl", "wwrrr")),
            List.of());

    private final String expectations;
    private final List<List<KernelSpec>> specs; // by the form's ordinal; none where the operation lacks a form

    RowOperation(
            String expectations, List<KernelSpec> invocation, List<KernelSpec> workgroup, List<KernelSpec> subgroup) {
        this.expectations = expectations;
        specs = List.of(invocation, workgroup, subgroup);
    }

    /** {@link org.decentralizedai.kernels.Expectation#operation} of the cases that test it. */
    String expectations() {
        return expectations;
    }

    public boolean has(RowForm form) {
        return !specs(form).isEmpty();
    }

    List<KernelSpec> specs(RowForm form) {
        return specs.get(form.ordinal());
    }
}
