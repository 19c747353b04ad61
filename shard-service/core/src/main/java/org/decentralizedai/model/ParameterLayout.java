package org.decentralizedai.model;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.Shape;

/**
 * The order of all parameters and their places in flat segments. Segments exist so that the optimiser runs over few long
 * tensors instead of many short ones; each fits WebGPU's default {@code maxStorageBufferBindingSize} unless a single
 * parameter is larger. Matrices come before vectors, so that "decay" is a prefix of a segment. The order of
 * {@link #parameters()} is also that of checkpoints and updates. Immutable.
 */
public final class ParameterLayout {
    /** WebGPU's {@code minStorageBufferOffsetAlignment} of 256 bytes, in elements. */
    public static final int ALIGNMENT = 64;

    /** 128 MiB of f32: WebGPU's default {@code maxStorageBufferBindingSize}. */
    static final int SEGMENT_ELEMENTS = 1 << 25;

    private final ModelConfig config;
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<Integer> segmentSizes = new ArrayList<>();
    private final List<Integer> decayed = new ArrayList<>();

    private ParameterLayout(ModelConfig config) {
        this.config = config;
    }

    public static ParameterLayout of(ModelConfig config) {
        var layout = new ParameterLayout(config);
        layout.matrices();
        layout.vectors();
        return layout;
    }

    private void matrices() {
        int c = config.hidden();
        add("model.embed_tokens.weight", Shape.of(config.vocabulary(), c), false);
        for (int i = 0; i < config.layers(); i++) {
            String layer = "model.layers." + i + ".";
            add(layer + "self_attn.q_proj.weight", Shape.of(config.queryWidth(), c), false);
            add(layer + "self_attn.k_proj.weight", Shape.of(config.keyValueWidth(), c), false);
            add(layer + "self_attn.v_proj.weight", Shape.of(config.keyValueWidth(), c), false);
            add(layer + "self_attn.o_proj.weight", Shape.of(c, config.queryWidth()), false);
            add(layer + "mlp.gate_proj.weight", Shape.of(config.intermediate(), c), false);
            add(layer + "mlp.up_proj.weight", Shape.of(config.intermediate(), c), false);
            add(layer + "mlp.down_proj.weight", Shape.of(c, config.intermediate()), false);
        }
        if (!config.tiedEmbeddings()) add("lm_head.weight", Shape.of(config.vocabulary(), c), false);
    }

    private void vectors() {
        Shape norm = Shape.vector(config.hidden());
        for (int i = 0; i < config.layers(); i++) {
            add("model.layers." + i + ".input_layernorm.weight", norm, true);
            add("model.layers." + i + ".post_attention_layernorm.weight", norm, true);
        }
        add("model.norm.weight", norm, true);
    }

    private void add(String name, Shape shape, boolean vector) {
        int last = segmentSizes.size() - 1;
        int aligned = (shape.size() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (last < 0 || segmentSizes.get(last) + (long) aligned > SEGMENT_ELEMENTS) {
            segmentSizes.add(0);
            decayed.add(0);
            last++;
        }
        int offset = segmentSizes.get(last);
        segmentSizes.set(last, offset + aligned);
        if (!vector) decayed.set(last, offset + aligned);
        parameters.add(new Parameter(name, shape, vector, last, offset));
    }

    public ModelConfig config() {
        return config;
    }

    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    public int segments() {
        return segmentSizes.size();
    }

    /** Elements of a segment, padding included. */
    public int segmentSize(int segment) {
        return segmentSizes.get(segment);
    }

    /** Elements at the start of a segment that weight decay applies to. */
    public int decayed(int segment) {
        return decayed.get(segment);
    }

    /** Number of parameters, padding excluded: the length of an update. */
    public int parameterCount() {
        int sum = 0;
        for (Parameter p : parameters) sum = Math.addExact(sum, p.size());
        return sum;
    }
}
