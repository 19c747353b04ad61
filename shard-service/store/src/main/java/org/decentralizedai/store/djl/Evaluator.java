package org.decentralizedai.store.djl;

import ai.djl.ndarray.NDScope;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.evaluation.Evaluation;
import org.decentralizedai.store.evaluation.HeldOutWindows;

/** Scores weights on held-out windows. Safe to call from several threads. */
public final class Evaluator {
    private static final int ROWS = 2048; // per forward pass: more gains nothing on one core and costs memory

    private Evaluator() {}

    /**
     * Weights that are not finite give an evaluation that is not {@link Evaluation#finite}.
     *
     * @param weights packed in layout order
     */
    public static Evaluation evaluate(ModelConfig config, float[] weights, HeldOutWindows windows) {
        if (windows.context() > config.context())
            throw new IllegalArgumentException(
                    "windows must have at most " + config.context() + " tokens: context=" + windows.context());
        try (var decoder = new DjlDecoder(config, weights)) {
            var tally = new Evaluation.Tally(windows.context());
            int batch = Math.max(1, ROWS / windows.context());
            for (int first = 0; first < windows.count(); first += batch)
                score(decoder, windows, first, Math.min(batch, windows.count() - first), tally);
            return tally.evaluation();
        }
    }

    private static void score(
            DjlDecoder decoder, HeldOutWindows windows, int first, int batch, Evaluation.Tally tally) {
        int context = windows.context();
        long[] inputs = new long[batch * context], targets = new long[batch * context];
        for (int w = 0; w < batch; w++)
            for (int i = 0; i < context; i++) {
                inputs[w * context + i] = windows.token(first + w, i);
                targets[w * context + i] = windows.token(first + w, i + 1);
            }
        float[] losses;
        try (var scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            losses = decoder.losses(decoder.tokens(inputs, batch), decoder.tokens(targets, batch))
                    .toFloatArray();
        }
        for (int w = 0; w < batch; w++) {
            double nats = 0;
            for (int i = 0; i < context; i++) nats += losses[w * context + i];
            tally.add(nats, windows.bytes(first + w));
        }
    }
}
