package org.decentralizedai.model;

import static org.decentralizedai.kernels.MatmulLayout.ABT;

import java.util.List;
import org.decentralizedai.kernels.AttentionShape;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;

/** {@link Layer}, forward only, over the new rows of one sequence: earlier rows are there as keys and values. */
final class CachedLayer {
    private final Kernels kernels;
    private final ModelConfig config;
    private final Tensor rotary;
    private final LayerWeights w;
    private final KeyValueCache cache;

    /** Activations of n new rows, shared by all layers: they are used one after the other. */
    record Scratch(
            Tensor norm,
            Tensor rstd,
            Tensor q,
            Tensor k,
            Tensor v,
            Tensor attended,
            Tensor lse,
            Tensor gate,
            Tensor up,
            Tensor activated) {
        static Scratch allocate(Kernels kernels, ModelConfig config, int rows) {
            Shape wide = Shape.of(rows, config.intermediate());
            return new Scratch(
                    kernels.allocate(Shape.of(rows, config.hidden())),
                    kernels.allocate(Shape.of(rows, 1)),
                    kernels.allocate(Shape.of(rows, config.queryWidth())),
                    kernels.allocate(Shape.of(rows, config.keyValueWidth())),
                    kernels.allocate(Shape.of(rows, config.keyValueWidth())),
                    kernels.allocate(Shape.of(rows, config.queryWidth())),
                    kernels.allocate(Shape.of(rows, config.heads())),
                    kernels.allocate(wide),
                    kernels.allocate(wide),
                    kernels.allocate(wide));
        }

        /** The same memory, for fewer rows. */
        Scratch firstRows(int n) {
            return new Scratch(
                    norm.firstRows(n),
                    rstd.firstRows(n),
                    q.firstRows(n),
                    k.firstRows(n),
                    v.firstRows(n),
                    attended.firstRows(n),
                    lse.firstRows(n),
                    gate.firstRows(n),
                    up.firstRows(n),
                    activated.firstRows(n));
        }

        void free(Kernels kernels) {
            for (Tensor tensor : List.of(norm, rstd, q, k, v, attended, lse, gate, up, activated)) kernels.free(tensor);
        }
    }

    /** @param rotary (capacity, headDim) */
    CachedLayer(Kernels kernels, ModelConfig config, Tensor rotary, LayerWeights weights) {
        this.kernels = kernels;
        this.config = config;
        this.rotary = rotary;
        w = weights;
        cache = KeyValueCache.allocate(kernels, config, rotary.rows());
    }

    /** x (n,hidden), in place, from the layer's input to its output: the rows after {@code past} earlier ones. */
    void forward(Tensor x, int past, Scratch s) {
        kernels.rmsNorm(s.norm(), s.rstd(), x, w.attentionNorm(), config.rmsNormEpsilon());
        kernels.matmul(ABT, s.q(), s.norm(), w.query(), false);
        kernels.matmul(ABT, s.k(), s.norm(), w.key(), false);
        kernels.matmul(ABT, s.v(), s.norm(), w.value(), false);
        kernels.rotary(s.q(), rotary, past);
        kernels.rotary(s.k(), rotary, past);
        cache.append(kernels, s.k(), s.v(), past);
        var added = new AttentionShape(1, x.rows(), config.heads(), config.kvHeads(), config.headDim());
        cache.attend(kernels, s.attended(), s.lse(), s.q(), added, past);
        kernels.matmul(ABT, x, s.attended(), w.output(), true);

        kernels.rmsNorm(s.norm(), s.rstd(), x, w.mlpNorm(), config.rmsNormEpsilon());
        kernels.matmul(ABT, s.gate(), s.norm(), w.gate(), false);
        kernels.matmul(ABT, s.up(), s.norm(), w.up(), false);
        kernels.swiGlu(s.activated(), s.gate(), s.up());
        kernels.matmul(ABT, x, s.activated(), w.down(), true);
    }

    void free() {
        cache.free(kernels);
    }
}
