package org.decentralizedai.model;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

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
    private final Tensor embedding, dembedding, head, dhead, finalNorm, dfinalNorm;
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
     * @param gradients added to by {@link #backward}
     */
    public Decoder(
            Kernels kernels, ModelConfig config, DecoderMemory memory, Parameters weights, Parameters gradients) {
        this.kernels = kernels;
        this.config = config;
        this.memory = memory;
        String headName = config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
        embedding = weights.get("model.embed_tokens.weight");
        dembedding = gradients.get("model.embed_tokens.weight");
        head = weights.get(headName);
        dhead = gradients.get(headName);
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

    /** @return logits (n,vocabulary), valid until the next call */
    public Tensor forward(Tokens inputs) {
        List<Tensor> residuals = memory.residuals();
        kernels.embed(residuals.getFirst(), embedding, inputs);
        for (int i = 0; i < layers.size(); i++) layers.get(i).forward(residuals.get(i + 1), residuals.get(i));
        kernels.rmsNorm(memory.normed(), memory.rstd(), residuals.getLast(), finalNorm, config.rmsNormEpsilon());
        kernels.matmul(ABT, memory.logits(), memory.normed(), head, false);
        return memory.logits();
    }

    /**
     * Cross-entropy after {@link #forward}; replaces the logits with their gradient.
     *
     * @param gradientScale 1 / (number of tokens that the step's mean loss is taken over)
     * @return losses (n,1) in nats, valid until the next call
     */
    public Tensor loss(Tokens targets, double gradientScale) {
        kernels.crossEntropy(memory.losses(), memory.logits(), targets, gradientScale);
        return memory.losses();
    }

    /** Adds to all gradients; once after {@link #loss} for the same inputs. */
    public void backward(Tokens inputs) {
        List<Tensor> residuals = memory.residuals();
        Tensor dlogits = memory.logits(), dnormed = memory.scratch().dnorm(), dresidual = memory.dresidual();
        kernels.matmul(ATB, dhead, dlogits, memory.normed(), true);
        kernels.matmul(AB, dnormed, dlogits, head, false);
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
