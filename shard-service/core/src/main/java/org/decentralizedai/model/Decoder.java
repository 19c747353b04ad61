package org.decentralizedai.model;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.RotaryTable;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;

/**
 * Forward and backward of the whole model for batches of one fixed size, in memory that was taken before; calls only
 * enqueue. n = batch * context rows.
 */
public final class Decoder {
    private final Kernels kernels;
    private final ModelConfig config;
    private final DecoderMemory memory;
    private final Tensor embedding, dembedding, finalNorm, dfinalNorm;
    private final Head head;
    private final List<Layer> layers = new ArrayList<>();

    /** In memory of its own, which stays until the kernels are closed; keeps all activations. */
    public Decoder(
            Kernels kernels, ModelConfig config, int batch, int context, Parameters weights, Parameters gradients) {
        this(
                kernels,
                config,
                DecoderMemory.take(new Arena(kernels), config, batch, context, Keeping.ALL),
                weights,
                gradients);
    }

    /**
     * @param weights read by forward and backward
     * @param gradients added to by {@link #gradient}
     */
    public Decoder(
            Kernels kernels, ModelConfig config, DecoderMemory memory, Parameters weights, Parameters gradients) {
        this.kernels = kernels;
        this.config = config;
        this.memory = memory;
        String headName = config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
        embedding = weights.get("model.embed_tokens.weight");
        dembedding = gradients.get("model.embed_tokens.weight");
        head = new Head(kernels, memory, weights.get(headName), gradients.get(headName));
        finalNorm = weights.get("model.norm.weight");
        dfinalNorm = gradients.get("model.norm.weight");
        for (int i = 0; i < config.layers(); i++)
            layers.add(
                    new Layer(kernels, config, memory, i, LayerWeights.of(weights, i), LayerWeights.of(gradients, i)));
        int context = memory.attention().context();
        kernels.upload(memory.rotary(), RotaryTable.values(context, config.headDim(), config.ropeTheta()));
    }

    /** batch * context. */
    public int rows() {
        return memory.attention().rows();
    }

    /**
     * @return logits (n,vocabulary), valid until the next call
     * @throws IllegalStateException where the memory has no room for those of all rows
     */
    public Tensor forward(Tokens inputs) {
        norm(inputs);
        return head.logits();
    }

    /** @return losses (n,1) in nats, valid until the next call */
    public Tensor losses(Tokens inputs, Tokens targets) {
        norm(inputs);
        head.losses(targets);
        return memory.losses();
    }

    /**
     * Forward and backward: adds to all gradients.
     *
     * @param gradientScale 1 / (number of tokens that the step's mean loss is taken over)
     * @return losses as {@link #losses}
     */
    public Tensor gradient(Tokens inputs, Tokens targets, double gradientScale) {
        norm(inputs);
        head.gradient(memory.scratch().dnorm(), targets, gradientScale);
        backward(inputs);
        return memory.losses();
    }

    /** All layers and the last norm. */
    private void norm(Tokens inputs) {
        List<Tensor> residuals = memory.residuals();
        kernels.embed(residuals.getFirst(), embedding, inputs);
        for (int i = 0; i < layers.size(); i++) layers.get(i).forward(residuals.get(i + 1), residuals.get(i));
        kernels.rmsNorm(memory.normed(), memory.rstd(), residuals.getLast(), finalNorm, config.rmsNormEpsilon());
    }

    /** From the gradient of the last norm. */
    private void backward(Tokens inputs) {
        List<Tensor> residuals = memory.residuals();
        Tensor dnormed = memory.scratch().dnorm(), dresidual = memory.dresidual();
        kernels.zero(dresidual);
        kernels.rmsNormBackward(dresidual, dfinalNorm, dnormed, residuals.getLast(), finalNorm, memory.rstd());
        int last = layers.size() - 1;
        for (int i = last; i >= 0; i--) {
            if (i < last) layers.get(i).restore(residuals.get(i)); // the last one's are still there
            layers.get(i).backward(dresidual, residuals.get(i));
        }
        kernels.embedBackward(dembedding, dresidual, inputs);
    }
}
