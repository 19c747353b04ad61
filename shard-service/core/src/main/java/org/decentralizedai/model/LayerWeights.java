package org.decentralizedai.model;

import org.decentralizedai.kernels.Tensor;

/** The parameters of one layer, or their gradients, looked up once. Matrices are (out,in). */
record LayerWeights(
        Tensor attentionNorm,
        Tensor query,
        Tensor key,
        Tensor value,
        Tensor output,
        Tensor mlpNorm,
        Tensor gate,
        Tensor up,
        Tensor down) {

    static LayerWeights of(Parameters parameters, int layer) {
        String name = "model.layers." + layer + ".";
        return new LayerWeights(
                parameters.get(name + "input_layernorm.weight"),
                parameters.get(name + "self_attn.q_proj.weight"),
                parameters.get(name + "self_attn.k_proj.weight"),
                parameters.get(name + "self_attn.v_proj.weight"),
                parameters.get(name + "self_attn.o_proj.weight"),
                parameters.get(name + "post_attention_layernorm.weight"),
                parameters.get(name + "mlp.gate_proj.weight"),
                parameters.get(name + "mlp.up_proj.weight"),
                parameters.get(name + "mlp.down_proj.weight"));
    }
}
