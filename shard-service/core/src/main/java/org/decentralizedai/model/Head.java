package org.decentralizedai.model;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;

/** The output layer and the loss, forward and backward, a tile of rows at a time ({@link LogitTiles}). */
final class Head {
    private final Kernels kernels;
    private final DecoderMemory memory;
    private final LogitTiles tiles;
    private final Tensor weight, dweight;

    /** @param weight (vocabulary,hidden) */
    Head(Kernels kernels, DecoderMemory memory, Tensor weight, Tensor dweight) {
        this.kernels = kernels;
        this.memory = memory;
        this.weight = weight;
        this.dweight = dweight;
        tiles = memory.tiles();
    }

    /** (n,vocabulary), of all rows. */
    Tensor logits() {
        if (tiles.count() > 1)
            throw new IllegalStateException(
                    "there is room for the logits of " + tiles.tile() + " of " + tiles.rows() + " rows");
        return logits(0);
    }

    /** Fills the losses. */
    void losses(Tokens targets) {
        for (int i = 0; i < tiles.count(); i++) losses(i, targets, 1);
    }

    /** The same, adds to the gradient of the weights, and overwrites dnormed (n,hidden), the gradient of the last norm. */
    void gradient(Tensor dnormed, Tokens targets, double gradientScale) {
        for (int i = 0; i < tiles.count(); i++) {
            Tensor dlogits = losses(i, targets, gradientScale);
            kernels.matmul(ATB, dweight, dlogits, rows(memory.normed(), i), true);
            kernels.matmul(AB, rows(dnormed, i), dlogits, weight, false);
        }
    }

    /** @return the gradient of the tile's logits */
    private Tensor losses(int tile, Tokens targets, double gradientScale) {
        Tensor logits = logits(tile);
        kernels.crossEntropy(rows(memory.losses(), tile), logits, targets, tiles.first(tile), gradientScale);
        return logits;
    }

    private Tensor logits(int tile) {
        Tensor logits = memory.logits().firstRows(tiles.size(tile));
        kernels.matmul(ABT, logits, rows(memory.normed(), tile), weight, false);
        return logits;
    }

    /** Those of a tile. */
    private Tensor rows(Tensor all, int tile) {
        return all.view(tiles.first(tile) * all.columns(), Shape.of(tiles.size(tile), all.columns()));
    }
}
