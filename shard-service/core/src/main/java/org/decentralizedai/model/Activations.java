package org.decentralizedai.model;

import static org.decentralizedai.model.Use.ACTIVATIONS;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Halves;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/**
 * What a layer's backward needs of its forward; shapes are (n, width) with n = batch * context rows.
 *
 * @param halves of {@link #products}, in their order; empty for a layer that keeps none
 */
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
        Tensor activated,
        List<Halves> halves) {

    /** A set for each layer, which share what they do not keep. The last one is still there when the backward begins. */
    static List<Activations> take(Allocator from, ModelConfig config, AttentionShape attention, Keeping keeping) {
        List<Activations> sets = new ArrayList<>();
        var shared = take(from, config, attention);
        sets.add(shared);
        if (keeping == Keeping.NOTHING_AS_HALVES) shared = shared.with(shared.takeHalves(from));
        for (int i = 1; i < config.layers(); i++)
            sets.addFirst(
                    switch (keeping) {
                        case ALL -> take(from, config, attention);
                        case PRODUCTS -> shared.withOwnProducts(from);
                        case HALVES -> shared.withOwnResiduals(from).with(shared.takeHalves(from));
                        case NOTHING, NOTHING_AS_HALVES -> shared;
                    });
        return sets;
    }

    private static Activations take(Allocator from, ModelConfig config, AttentionShape attention) {
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
                from.tensor(ACTIVATIONS, wide),
                List.of());
    }

    private Activations withOwnProducts(Allocator from) {
        return new Activations(
                norm1,
                rstd1,
                another(from, q),
                another(from, k),
                another(from, v),
                another(from, attended),
                another(from, lse),
                another(from, middle),
                norm2,
                rstd2,
                another(from, gate),
                another(from, up),
                activated,
                halves);
    }

    private Activations withOwnResiduals(Allocator from) {
        return new Activations(
                norm1,
                rstd1,
                q,
                k,
                v,
                attended,
                another(from, lse),
                another(from, middle),
                norm2,
                rstd2,
                gate,
                up,
                activated,
                halves);
    }

    private Activations with(List<Halves> some) {
        return new Activations(norm1, rstd1, q, k, v, attended, lse, middle, norm2, rstd2, gate, up, activated, some);
    }

    private static Tensor another(Allocator from, Tensor like) {
        return from.tensor(ACTIVATIONS, like.shape());
    }

    private List<Halves> takeHalves(Allocator from) {
        return products().stream()
                .map(product -> from.halves(ACTIVATIONS, product.shape()))
                .toList();
    }

    /** What can be kept as halves. */
    private List<Tensor> products() {
        return List.of(q, k, v, attended, gate, up);
    }

    void narrow(Kernels kernels) {
        for (int i = 0; i < halves.size(); i++)
            kernels.narrow(halves.get(i), products().get(i));
    }

    void widen(Kernels kernels) {
        for (int i = 0; i < halves.size(); i++) kernels.widen(products().get(i), halves.get(i));
    }
}
