package org.decentralizedai.store.djl;

import org.decentralizedai.model.ModelConfig;

/** Continues a text, token by token, with the weights of one checkpoint. Thread-safe. */
public final class Generator implements AutoCloseable {
    /** @param weights packed in layout order */
    public Generator(ModelConfig config, float[] weights) {}

    /** @param prompt at least one token; only the newest ones that fit the context count */
    public Generation generate(int[] prompt, Sampling sampling, TokenSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Takes no more calls; native memory goes when the running ones have ended. */
    @Override
    public void close() {}
}
