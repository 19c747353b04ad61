package org.decentralizedai.store.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import org.decentralizedai.model.ModelConfig;

/**
 * Continues a text, token by token, with the weights of one checkpoint; the same prompt, sampling and weights give the same
 * text on the same machine. When prompt and answer outgrow the context, the oldest quarter of it is forgotten and the rest
 * computed again as a text that begins there. Thread-safe: calls run side by side, each on its caller's thread.
 */
public final class Generator implements AutoCloseable {
    private final DjlDecoder decoder;
    private int running; // guarded by this
    private boolean closed; // guarded by this

    /** @param weights packed in layout order */
    public Generator(ModelConfig config, float[] weights) {
        decoder = new DjlDecoder(config, weights);
    }

    public ModelConfig config() {
        return decoder.config();
    }

    /**
     * @param prompt at least one token; only the newest ones that fit the context count
     * @throws IllegalStateException after {@link #close}, or when the logits are not finite
     */
    public Generation generate(int[] prompt, Sampling sampling, TokenSink sink) {
        return generate(prompt, sampling, 0, drawn -> sink.accept(drawn.token(), drawn.logProbability()));
    }

    /**
     * The same, with the tokens that might have been drawn.
     *
     * @param likeliest how many of them
     */
    public Generation generate(int[] prompt, Sampling sampling, int likeliest, DrawnSink sink) {
        check(prompt);
        enter();
        try (var text = new TextState(prompt)) {
            var sampler = new Sampler(sampling);
            for (int tokens = 0; tokens < sampling.maxTokens(); tokens++) {
                float[] logits = text.logits();
                int token = sampler.next(logits);
                if (sampling.stopTokens().contains(token))
                    return new Generation(prompt.length, tokens, Generation.Finish.STOP_TOKEN);
                if (!sink.accept(Sampler.drawn(logits, token, likeliest)))
                    return new Generation(prompt.length, tokens + 1, Generation.Finish.SINK_STOPPED);
                text.append(token);
            }
            return new Generation(prompt.length, sampling.maxTokens(), Generation.Finish.MAX_TOKENS);
        } finally {
            leave();
        }
    }

    private void check(int[] prompt) {
        if (prompt.length == 0) throw new IllegalArgumentException("the prompt must have at least one token");
        for (int id : prompt)
            if (id < 0 || id >= config().vocabulary())
                throw new IllegalArgumentException(
                        "token outside the vocabulary: id=" + id + ", vocabulary=" + config().vocabulary());
    }

    private synchronized void enter() {
        if (closed) throw new IllegalStateException("the generator is closed");
        running++;
    }

    private synchronized void leave() {
        running--;
        if (closed && running == 0) decoder.close();
    }

    /** Takes no more calls; native memory goes when the running ones have ended. */
    @Override
    public synchronized void close() {
        if (closed) return;
        closed = true;
        if (running == 0) decoder.close();
    }

    /** Arrays alive outside running calls, for a test of leaks. */
    int arrays() {
        return decoder.manager().getManagedArrays().size();
    }

    /** The newest tokens, of which the first {@code cache.length()} are in the cache. */
    private final class TextState implements AutoCloseable {
        private final int context = config().context();
        private final int[] tokens = new int[context];
        private int length;
        private KeyValueCache cache = new KeyValueCache(config().layers());

        TextState(int[] prompt) {
            length = Math.min(prompt.length, context);
            System.arraycopy(prompt, prompt.length - length, tokens, 0, length);
        }

        /** Of the token after the newest one. */
        float[] logits() {
            long[] ids = new long[length - cache.length()];
            for (int i = 0; i < ids.length; i++) ids[i] = tokens[cache.length() + i];
            try (var scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray hidden = decoder.forward(decoder.tokens(ids, 1), cache);
                NDArray newest = hidden.get(new NDIndex().addAllDim().addIndices(ids.length - 1));
                return decoder.logits(newest).toFloatArray();
            }
        }

        void append(int token) {
            if (length == context) forgetOldest();
            tokens[length++] = token;
        }

        private void forgetOldest() {
            int forgotten = Math.max(1, context / 4);
            length -= forgotten;
            System.arraycopy(tokens, forgotten, tokens, 0, length);
            cache.close();
            cache = new KeyValueCache(config().layers());
        }

        @Override
        public void close() {
            cache.close();
        }
    }
}
