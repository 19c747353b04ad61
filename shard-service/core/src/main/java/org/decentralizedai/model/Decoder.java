package org.decentralizedai.model;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.RotaryTable;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;

/**
 * Forward and backward of the whole model for batches of one fixed size. All memory is allocated by the constructor; calls
 * only enqueue. n = batch * context rows.
 */
public final class Decoder {
    private final Kernels kernels;
    private final ModelConfig config;
    private final AttentionShape attention;
    private final Tensor embedding, dembedding, head, dhead, finalNorm, dfinalNorm;
    private final List<Layer> layers = new ArrayList<>();
    private final List<Tensor> residuals = new ArrayList<>(); // input of layer i; the last is the output of all
    private final Layer.Scratch scratch;
    private final Tensor rotary, dresidual, normed, rstd, logits, losses;

    /**
     * @param weights read by forward and backward
     * @param gradients added to by {@link #backward}
     */
    public Decoder(
            Kernels kernels, ModelConfig config, int batch, int context, Parameters weights, Parameters gradients) {
        if (context > config.context())
            throw new IllegalArgumentException("context must be <= " + config.context() + ": context=" + context);
        this.kernels = kernels;
        this.config = config;
        attention = new AttentionShape(batch, context, config.heads(), config.kvHeads(), config.headDim());
        String headName = config.tiedEmbeddings() ? "model.embed_tokens.weight" : "lm_head.weight";
        embedding = weights.get("model.embed_tokens.weight");
        dembedding = gradients.get("model.embed_tokens.weight");
        head = weights.get(headName);
        dhead = gradients.get(headName);
        finalNorm = weights.get("model.norm.weight");
        dfinalNorm = gradients.get("model.norm.weight");

        rotary = kernels.allocate(Shape.of(context, config.headDim()));
        kernels.upload(rotary, RotaryTable.values(context, config.headDim(), config.ropeTheta()));
        Shape narrow = Shape.of(attention.rows(), config.hidden());
        for (int i = 0; i < config.layers(); i++) {
            residuals.add(kernels.allocate(narrow));
            layers.add(new Layer(
                    kernels, config, attention, rotary, LayerWeights.of(weights, i), LayerWeights.of(gradients, i)));
        }
        residuals.add(kernels.allocate(narrow));
        scratch = Layer.Scratch.allocate(kernels, config, attention);
        dresidual = kernels.allocate(narrow);
        normed = kernels.allocate(narrow);
        rstd = kernels.allocate(Shape.of(attention.rows(), 1));
        logits = kernels.allocate(Shape.of(attention.rows(), config.vocabulary()));
        losses = kernels.allocate(Shape.of(attention.rows(), 1));
    }

    /** batch * context. */
    public int rows() {
        return attention.rows();
    }

    /** @return logits (n,vocabulary), valid until the next call */
    public Tensor forward(Tokens inputs) {
        kernels.embed(residuals.getFirst(), embedding, inputs);
        for (int i = 0; i < layers.size(); i++) layers.get(i).forward(residuals.get(i + 1), residuals.get(i));
        kernels.rmsNorm(normed, rstd, residuals.getLast(), finalNorm, config.rmsNormEpsilon());
        kernels.matmul(ABT, logits, normed, head, false);
        return logits;
    }

    /**
     * Cross-entropy after {@link #forward}; replaces the logits with their gradient.
     *
     * @param gradientScale 1 / (number of tokens that the step's mean loss is taken over)
     * @return losses (n,1) in nats, valid until the next call
     */
    public Tensor loss(Tokens targets, double gradientScale) {
        kernels.crossEntropy(losses, logits, targets, gradientScale);
        return losses;
    }

    /** Adds to all gradients; after {@link #loss} for the same inputs. */
    public void backward(Tokens inputs) {
        kernels.matmul(ATB, dhead, logits, normed, true);
        Tensor dnormed = scratch.dnorm();
        kernels.matmul(AB, dnormed, logits, head, false);
        kernels.zero(dresidual);
        kernels.rmsNormBackward(dresidual, dfinalNorm, dnormed, residuals.getLast(), finalNorm, rstd);
        for (int i = layers.size() - 1; i >= 0; i--) layers.get(i).backward(dresidual, residuals.get(i), scratch);
        kernels.embedBackward(dembedding, dresidual, inputs);
    }

    /** Releases what the constructor allocated; weights and gradients stay. */
    public void free() {
        residuals.forEach(kernels::free);
        layers.forEach(Layer::free);
        scratch.free(kernels);
        for (Tensor tensor : List.of(rotary, dresidual, normed, rstd, logits, losses)) kernels.free(tensor);
    }
}
