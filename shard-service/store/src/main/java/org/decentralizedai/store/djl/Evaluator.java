package org.decentralizedai.store.djl;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.evaluation.Evaluation;
import org.decentralizedai.store.evaluation.HeldOutWindows;

/** Scores weights on held-out windows. */
public final class Evaluator {
    private Evaluator() {}

    /** @param weights packed in layout order */
    public static Evaluation evaluate(ModelConfig config, float[] weights, HeldOutWindows windows) {
        throw new UnsupportedOperationException();
    }
}
