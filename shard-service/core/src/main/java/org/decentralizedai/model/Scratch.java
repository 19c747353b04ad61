package org.decentralizedai.model;

import static org.decentralizedai.model.Use.SCRATCH;

import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/** Room for gradients of activations, shared by all layers: they are used one after the other. */
record Scratch(
        Tensor dnorm,
        Tensor dq,
        Tensor dk,
        Tensor dv,
        Tensor delta,
        Tensor dattended,
        Tensor dactivated,
        Tensor dgate,
        Tensor dup) {

    static Scratch take(Allocator from, ModelConfig config, AttentionShape attention) {
        Shape wide = Shape.of(attention.rows(), config.intermediate());
        return new Scratch(
                from.tensor(SCRATCH, Shape.of(attention.rows(), config.hidden())),
                from.tensor(SCRATCH, attention.query()),
                from.tensor(SCRATCH, attention.keyValue()),
                from.tensor(SCRATCH, attention.keyValue()),
                from.tensor(SCRATCH, attention.perHead()),
                from.tensor(SCRATCH, attention.query()),
                from.tensor(SCRATCH, wide),
                from.tensor(SCRATCH, wide),
                from.tensor(SCRATCH, wide));
    }
}
