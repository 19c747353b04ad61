package org.decentralizedai.model;

import static org.decentralizedai.model.Use.ACTIVATIONS;

import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/** What a layer's backward needs of its forward; shapes are (n, width) with n = batch * context rows. */
record Activations(
        Tensor norm1,
        Tensor rstd1,
        Tensor q,
        Tensor k,
        Tensor v,
        Tensor attended,
        Tensor lse,
        Tensor middle,
        Tensor norm2,
        Tensor rstd2,
        Tensor gate,
        Tensor up,
        Tensor activated) {

    static Activations take(Allocator from, ModelConfig config, AttentionShape attention) {
        Shape narrow = Shape.of(attention.rows(), config.hidden());
        Shape wide = Shape.of(attention.rows(), config.intermediate());
        Shape perRow = Shape.of(attention.rows(), 1);
        return new Activations(
                from.tensor(ACTIVATIONS, narrow),
                from.tensor(ACTIVATIONS, perRow),
                from.tensor(ACTIVATIONS, attention.query()),
                from.tensor(ACTIVATIONS, attention.keyValue()),
                from.tensor(ACTIVATIONS, attention.keyValue()),
                from.tensor(ACTIVATIONS, attention.query()),
                from.tensor(ACTIVATIONS, attention.perHead()),
                from.tensor(ACTIVATIONS, narrow),
                from.tensor(ACTIVATIONS, narrow),
                from.tensor(ACTIVATIONS, perRow),
                from.tensor(ACTIVATIONS, wide),
                from.tensor(ACTIVATIONS, wide),
                from.tensor(ACTIVATIONS, wide));
    }
}
