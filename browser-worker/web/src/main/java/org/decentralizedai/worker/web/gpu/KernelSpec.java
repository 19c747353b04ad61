package org.decentralizedai.worker.web.gpu;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.decentralizedai.kernels.MatmulLayout;

/**
 * One compiled form of an operation: a shader, its entry point, what it does with each binding and the values of its
 * {@code override} constants. Variants for a kind of device differ in file or overrides only.
 *
 * @param access one character a binding: 'w' read_write, 'r' read
 */
record KernelSpec(Shader shader, String entry, String access, Map<String, Integer> overrides) {
    static final KernelSpec MATMUL =
            new KernelSpec(file("matmul.wgsl"), "main", "wrrr", Map.of("group_rows", 4, "group_columns", 8));
    static final KernelSpec MATMUL_AB = matmulAligned(MatmulLayout.AB, 4);
    static final KernelSpec MATMUL_ABT = matmulAligned(MatmulLayout.ABT, 4);
    static final KernelSpec MATMUL_ATB = matmulAligned(MatmulLayout.ATB, 4);
    static final KernelSpec MATMUL_FEW_ROWS = of("matmul_few_rows.wgsl", "wrrr", 64);
    static final KernelSpec MATMUL_FEW_ROWS_REGISTERS = of("matmul_few_rows_registers.wgsl", "wrrr", 16);
    static final KernelSpec RMS_NORM = of("rms_norm.wgsl", "wwrr", 32);
    static final KernelSpec RMS_NORM_BACKWARD_X = of("rms_norm_backward_x.wgsl", "wrrrr", 32);
    static final KernelSpec RMS_NORM_BACKWARD_WEIGHT = of("rms_norm_backward_weight.wgsl", "wrrr", 8);
    static final KernelSpec RMS_NORM_BACKWARD_WEIGHT_WORKGROUP =
            new KernelSpec(file("rms_norm_backward_weight_workgroup.wgsl"), "main", "wrrr", Map.of());
    static final KernelSpec ROTARY = of("rotary.wgsl", "wr", 16);
    static final KernelSpec ATTENTION = of("attention.wgsl", "wwrrr", 16);
    static final KernelSpec ATTENTION_BACKWARD_QUERY = of("attention_backward_query.wgsl", "wwrrrrrr", 16);
    static final KernelSpec ATTENTION_BACKWARD_KEY_VALUE = of("attention_backward_key_value.wgsl", "wwrrrrrr", 16);
    static final KernelSpec ATTENTION_NARROW = of("attention_narrow.wgsl", "wwrrr", 16);
    static final KernelSpec ATTENTION_BACKWARD_QUERY_NARROW =
            of("attention_backward_query_narrow.wgsl", "wwrrrrrr", 16);
    static final KernelSpec ATTENTION_BACKWARD_KEY_VALUE_NARROW =
            of("attention_backward_key_value_narrow.wgsl", "wwrrrrrr", 16);
    static final KernelSpec SWIGLU = of("swiglu.wgsl", "wrr", 64);
    static final KernelSpec SWIGLU_BACKWARD = of("swiglu_backward.wgsl", "wwrrr", 64);
    static final KernelSpec EMBED = of("embed.wgsl", "wrr", 64);
    static final KernelSpec EMBED_BACKWARD = of("embed_backward.wgsl", "wrr", 64);
    static final KernelSpec CROSS_ENTROPY = of("cross_entropy.wgsl", "wwr", 16);
    static final KernelSpec NARROW = of("narrow.wgsl", "wr", 64);
    static final KernelSpec WIDEN = of("widen.wgsl", "wr", 64);
    static final KernelSpec SUBTRACT = of("subtract.wgsl", "wrr", 64);
    static final KernelSpec ENCODE_INT8 = encode("int8");
    static final KernelSpec ENCODE_INT4 = encode("int4");
    static final KernelSpec ENCODE_SIGN = encode("signs");
    static final KernelSpec SQUARED_NORM = of("squared_norm.wgsl", "wr", 64);
    static final KernelSpec SUM = of("sum.wgsl", "wr", 1);
    static final KernelSpec ADAMW = of("adamw.wgsl", "wwwrr", 64);

    /** Those that a device compiles only to try whether they are faster. */
    static final List<KernelSpec> TRIED =
            List.of(matmulWorkgroup(16, false), MATMUL_FEW_ROWS, MATMUL_FEW_ROWS_REGISTERS);

    /** What every device compiles at the start; a form for one size of head is compiled when it is first met. */
    static final List<KernelSpec> ALL = List.of(
            MATMUL,
            MATMUL_AB,
            MATMUL_ABT,
            MATMUL_ATB,
            RMS_NORM,
            RMS_NORM_BACKWARD_X,
            RMS_NORM_BACKWARD_WEIGHT,
            ROTARY,
            ATTENTION,
            ATTENTION_BACKWARD_QUERY,
            ATTENTION_BACKWARD_KEY_VALUE,
            ATTENTION_NARROW,
            ATTENTION_BACKWARD_QUERY_NARROW,
            ATTENTION_BACKWARD_KEY_VALUE_NARROW,
            SWIGLU,
            SWIGLU_BACKWARD,
            EMBED,
            EMBED_BACKWARD,
            CROSS_ENTROPY,
            NARROW,
            WIDEN,
            SUBTRACT,
            ENCODE_INT8,
            ENCODE_INT4,
            ENCODE_SIGN,
            SQUARED_NORM,
            SUM,
            ADAMW);

    private static Shader file(String name) {
        return new Shader.InFile(name);
    }

    static KernelSpec of(String file, String access, int group) {
        return new KernelSpec(file(file), "main", access, Map.of("group", group));
    }

    private static KernelSpec encode(String entry) {
        return new KernelSpec(file("encode.wgsl"), entry, "wr", Map.of("group", 64));
    }

    /** @param side invocations of a workgroup, across and down */
    static KernelSpec matmulAligned(MatmulLayout layout, int side) {
        String entry = layout.name().toLowerCase(Locale.ROOT);
        return new KernelSpec(
                file("matmul_aligned.wgsl"), entry, "wrrr", Map.of("group_rows", side, "group_columns", side));
    }

    /**
     * @param across invocations of a workgroup, across and down
     * @param halves whether operands are rounded to f16 on their way
     */
    static KernelSpec matmulWorkgroup(int across, boolean halves) {
        return new KernelSpec(
                new Shader.Typed("matmul_workgroup.wgsl", halves), "main", "wrrr", Map.of("across", across));
    }

    static KernelSpec matmulRegisters(MatmulLayout layout) {
        return new KernelSpec(new RegisterProduct(layout), "main", "wrrr", Map.of());
    }

    /** @param lanes of a subgroup */
    static KernelSpec matmulSubgroups(MatmulLayout layout, int lanes) {
        return new KernelSpec(new SubgroupProduct(layout, lanes), "main", "wrrr", Map.of());
    }

    static KernelSpec attentionForm(String file, String access) {
        return new KernelSpec(file(file), "main", access, Map.of("head_vectors", 4));
    }

    static KernelSpec attention(int headDim) {
        return narrow(headDim) ? ATTENTION_NARROW.wide(headDim) : ATTENTION.with("head_vectors", headDim / 4);
    }

    static KernelSpec attentionBackwardQuery(int headDim) {
        return narrow(headDim)
                ? ATTENTION_BACKWARD_QUERY_NARROW.wide(headDim)
                : ATTENTION_BACKWARD_QUERY.with("head_vectors", headDim / 4);
    }

    static KernelSpec attentionBackwardKeyValue(int headDim) {
        return narrow(headDim)
                ? ATTENTION_BACKWARD_KEY_VALUE_NARROW.wide(headDim)
                : ATTENTION_BACKWARD_KEY_VALUE.with("head_vectors", headDim / 4);
    }

    private static boolean narrow(int headDim) {
        return headDim == 16 || headDim == 32;
    }

    private KernelSpec wide(int headDim) {
        return headDim == 32 ? with("wide", 1) : this;
    }

    KernelSpec with(String override, int value) {
        var all = new HashMap<>(overrides);
        all.put(override, value);
        return new KernelSpec(shader, entry, access, Map.copyOf(all));
    }

    int value(String override) {
        Integer value = overrides.get(override);
        if (value == null) throw new IllegalArgumentException(shader.name() + " has no override: " + override);
        return value;
    }

    @Override
    public String toString() {
        return shader.name() + ":" + entry + overrides;
    }
}
