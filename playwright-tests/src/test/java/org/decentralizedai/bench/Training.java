package org.decentralizedai.bench;

import java.util.Map;
import org.decentralizedai.model.ModelConfig;

/** The model that is trained and how much of it at once, for all rivals alike. */
record Training(int layers, int width, int heads, int context, int batch, int vocabulary) {
    /** The MLP of ours has three matrices where the peers' have two of 4 x width: 8/3 of it, in multiples of 32. */
    private static final int MLP_MULTIPLE = 32;

    int tokens() {
        return batch * context;
    }

    ModelConfig model() {
        int third = (int) Math.ceil(8.0 / 3 * width / MLP_MULTIPLE);
        return new ModelConfig(
                vocabulary,
                width,
                layers,
                heads,
                heads,
                width / heads,
                third * MLP_MULTIPLE,
                context,
                10_000,
                1e-5,
                true);
    }

    /** As the pages know it; {@code model} is what our worker's command takes. */
    Map<String, Object> toPage() {
        ModelConfig model = model();
        return Map.of(
                "layers", layers,
                "width", width,
                "heads", heads,
                "context", context,
                "batch", batch,
                "vocabulary", vocabulary,
                "model",
                        Map.of(
                                "vocabulary", vocabulary,
                                "hidden", width,
                                "layers", layers,
                                "heads", heads,
                                "kvHeads", heads,
                                "headDim", model.headDim(),
                                "intermediate", model.intermediate(),
                                "context", context));
    }

    /** The ids of {@code pages/batch.mjs}, one more than a batch has. */
    int[] ids() {
        int[] ids = new int[tokens() + 1];
        for (int i = 0; i < ids.length; i++) ids[i] = (i * 7 + 3) % 13;
        return ids;
    }

    @Override
    public String toString() {
        return layers + " layers, width " + width + ", " + heads + " heads, context " + context + ", batch " + batch
                + ", vocabulary " + vocabulary;
    }
}
