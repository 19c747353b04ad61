package org.decentralizedai.model;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import java.util.LinkedHashMap;
import java.util.Map;
import org.decentralizedai.kernels.ProductShape;

/** The matrix products of one forward and backward of a model: what a device should be fast at. */
public final class ModelProducts {
    private final Map<ProductShape, Integer> counts = new LinkedHashMap<>();

    private ModelProducts() {}

    /**
     * How often each shape is multiplied.
     *
     * @param rows batch * context
     */
    public static Map<ProductShape, Integer> of(ModelConfig config, int rows) {
        var products = new ModelProducts();
        int hidden = config.hidden(), wide = config.intermediate();
        products.linear(rows, hidden, config.queryWidth(), config.layers());
        products.linear(rows, hidden, config.keyValueWidth(), 2 * config.layers());
        products.linear(rows, config.queryWidth(), hidden, config.layers());
        products.linear(rows, hidden, wide, 2 * config.layers());
        products.linear(rows, wide, hidden, config.layers());
        LogitTiles tiles = LogitTiles.of(rows, config.vocabulary());
        for (int i = 0; i < tiles.count(); i++) products.linear(tiles.size(i), hidden, config.vocabulary(), 1);
        return products.counts;
    }

    /** Those of a forward alone: with a row, of generating a token. */
    public static Map<ProductShape, Integer> forward(ModelConfig config, int rows) {
        Map<ProductShape, Integer> counts = of(config, rows);
        counts.keySet().removeIf(shape -> shape.layout() != ABT);
        return counts;
    }

    /** Y = X Wᵀ with W (out,in), its dX = dY W and its dW = dYᵀ X. */
    private void linear(int rows, int in, int out, int times) {
        counts.merge(new ProductShape(ABT, rows, out, in), times, Integer::sum);
        counts.merge(new ProductShape(AB, rows, in, out), times, Integer::sum);
        counts.merge(new ProductShape(ATB, out, in, rows), times, Integer::sum);
    }
}
