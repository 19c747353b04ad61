package org.decentralizedai.store.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import org.decentralizedai.model.ModelConfig;
import org.jspecify.annotations.Nullable;

/** One transformer layer: x + attention(norm(x)), then + mlp(norm(.)). */
final class DjlLayer {
    private final ModelConfig config;
    private final NDArray attentionNorm, query, key, value, output, mlpNorm, gate, up, down;
    private final DjlDecoder.Rotary rotary;
    private final CausalMask mask;
    private final NDArray epsilon, scale;

    DjlLayer(
            ModelConfig config,
            TorchWeights weights,
            int layer,
            DjlDecoder.Rotary rotary,
            CausalMask mask,
            NDArray epsilon,
            NDArray scale) {
        this.config = config;
        this.rotary = rotary;
        this.mask = mask;
        this.epsilon = epsilon;
        this.scale = scale;
        attentionNorm = weights.layer(layer, "input_layernorm");
        query = weights.layer(layer, "self_attn.q_proj");
        key = weights.layer(layer, "self_attn.k_proj");
        value = weights.layer(layer, "self_attn.v_proj");
        output = weights.layer(layer, "self_attn.o_proj");
        mlpNorm = weights.layer(layer, "post_attention_layernorm");
        gate = weights.layer(layer, "mlp.gate_proj");
        up = weights.layer(layer, "mlp.up_proj");
        down = weights.layer(layer, "mlp.down_proj");
    }

    /** (batch,length,hidden) to the same. */
    NDArray forward(NDArray x, KeyValueCache.@Nullable Layer cache) {
        NDArray middle = x.add(attention(rmsNorm(x, attentionNorm, epsilon), cache));
        return middle.add(mlp(rmsNorm(middle, mlpNorm, epsilon)));
    }

    private NDArray mlp(NDArray x) {
        NDArray gated = linear(x, gate);
        NDArray activated = gated.mul(Activation.sigmoid(gated)).mul(linear(x, up));
        return linear(activated, down);
    }

    private NDArray attention(NDArray x, KeyValueCache.@Nullable Layer cache) {
        int first = cache == null ? 0 : cache.length();
        NDArray q = rotary.turn(heads(linear(x, query), config.heads()), first);
        NDArray k = rotary.turn(heads(linear(x, key), config.kvHeads()), first);
        NDArray v = heads(linear(x, value), config.kvHeads());
        if (cache != null) {
            cache.append(k, v);
            k = cache.keys();
            v = cache.values();
        }
        long batch = x.getShape().get(0),
                length = x.getShape().get(1),
                keys = k.getShape().get(2);
        int kv = config.kvHeads(), group = config.heads() / kv, dim = config.headDim();
        // the query heads that share a key head follow each other: fold them into its rows
        NDArray scores = q.reshape(batch, kv, group * length, dim)
                .matMul(k.transpose(0, 1, 3, 2))
                .mul(scale);
        if (length > 1)
            scores = scores.reshape(batch, kv, group, length, keys)
                    .add(mask.part(first, (int) length))
                    .reshape(batch, kv, group * length, keys);
        NDArray attended = scores.softmax(-1).matMul(v).reshape(batch, config.heads(), length, dim);
        return linear(attended.transpose(0, 2, 1, 3).reshape(batch, length, config.queryWidth()), output);
    }

    /** (batch,length,count * headDim) to (batch,count,length,headDim). */
    private NDArray heads(NDArray x, int count) {
        return x.reshape(x.getShape().get(0), x.getShape().get(1), count, config.headDim())
                .transpose(0, 2, 1, 3);
    }

    /** x Wᵀ, W (out,in). */
    static NDArray linear(NDArray x, NDArray weight) {
        return Linear.linear(x, weight, null).singletonOrThrow();
    }

    static NDArray rmsNorm(NDArray x, NDArray weight, NDArray epsilon) {
        NDArray meanSquare = x.mul(x).mean(new int[] {-1}, true);
        return x.div(meanSquare.add(epsilon).sqrt()).mul(weight);
    }

    static NDArray rows(NDArray table, int first, int count) {
        return table.get(new NDIndex().addSliceDim(first, first + count));
    }
}
