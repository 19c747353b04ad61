package org.decentralizedai.store.checkpoint;

import org.decentralizedai.model.ModelConfig;

/** Hugging Face's {@code config.json} of a Llama model. */
public final class ModelConfigJson {
    private ModelConfigJson() {}

    /** @throws CheckpointException when the file describes a model that we do not run, naming the field */
    public static ModelConfig read(byte[] json) {
        throw new UnsupportedOperationException();
    }

    /** @param endOfText token id */
    public static byte[] write(ModelConfig config, int endOfText) {
        throw new UnsupportedOperationException();
    }
}
