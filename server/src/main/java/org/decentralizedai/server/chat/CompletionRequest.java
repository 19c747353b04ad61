package org.decentralizedai.server.chat;

import java.util.List;
import org.decentralizedai.store.djl.Sampling;

/**
 * A request that passed every check.
 *
 * @param sampling of one choice
 * @param choices answers to the same prompt
 * @param logProbabilities whether those of the answer's tokens are told
 * @param likeliest how many other tokens are told with each
 * @param stops texts that end the answer and are not part of it
 * @param includeUsage a stream ends with a chunk that carries the token counts
 */
record CompletionRequest(
        Api api,
        String model,
        Prompt prompt,
        Sampling sampling,
        int choices,
        boolean logProbabilities,
        int likeliest,
        List<String> stops,
        boolean stream,
        boolean includeUsage) {

    /** Which of the two shapes the caller speaks. */
    enum Api {
        CHAT,
        TEXT
    }

    /** Greatest length of all answers together. */
    int maxTokens() {
        return Math.multiplyExact(choices, sampling.maxTokens());
    }

    /** Each choice has a seed of its own; the first one's is the request's. */
    Sampling sampling(int choice) {
        return new Sampling(
                sampling.temperature(),
                sampling.topP(),
                sampling.maxTokens(),
                sampling.seed() + choice,
                sampling.stopTokens());
    }
}
