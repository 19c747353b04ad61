package org.decentralizedai.server.chat;

import java.util.List;
import org.decentralizedai.store.djl.Sampling;

/**
 * A request that passed every check.
 *
 * @param stops texts that end the answer and are not part of it
 * @param includeUsage a stream ends with a chunk that carries the token counts
 */
record CompletionRequest(
        Api api,
        String model,
        Prompt prompt,
        Sampling sampling,
        List<String> stops,
        boolean stream,
        boolean includeUsage) {

    /** Which of the two shapes the caller speaks. */
    enum Api {
        CHAT,
        TEXT
    }
}
