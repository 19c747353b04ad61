package org.decentralizedai.server.chat;

/**
 * Limits of the chat; {@code chat} in the settings file.
 *
 * @param workers answers computed at the same time
 * @param queue requests that may wait besides, at most half of them without a key; further ones get 429
 * @param maxPromptTokens of one prompt; 0: as many as the model's context, so that whoever asks learns that the beginning would not be
 *     read; above 0: of a longer prompt the newest tokens that fit count
 * @param maxTokens greatest length of an answer that a caller may ask for
 * @param defaultTokens of a chat whose caller names no length
 * @param answerSeconds computing ends after this time, so that a slow reader can't keep a worker
 * @param maxBodyBytes of one request
 */
public record ChatSettings(
        int workers,
        int queue,
        int maxPromptTokens,
        int maxTokens,
        int defaultTokens,
        int answerSeconds,
        int maxBodyBytes) {

    public ChatSettings {
        positive("workers", workers);
        if (queue < 0) throw new IllegalArgumentException("queue must be >= 0: queue=" + queue);
        if (maxPromptTokens < 0)
            throw new IllegalArgumentException("maxPromptTokens must be >= 0: maxPromptTokens=" + maxPromptTokens);
        positive("maxTokens", maxTokens);
        positive("defaultTokens", defaultTokens);
        positive("maxBodyBytes", maxBodyBytes);
        positive("answerSeconds", answerSeconds);
        if (defaultTokens > maxTokens)
            throw new IllegalArgumentException(
                    "defaultTokens must be <= maxTokens: " + defaultTokens + ", " + maxTokens);
    }

    private static void positive(String name, int value) {
        if (value <= 0) throw new IllegalArgumentException(name + " must be > 0: " + name + "=" + value);
    }

    /** Tokens of a prompt for a model with this context. */
    int longestPrompt(int context) {
        return maxPromptTokens == 0 ? context : maxPromptTokens;
    }

    public static ChatSettings defaults() {
        return new ChatSettings(1, 8, 0, 4096, 256, 180, 1 << 20);
    }
}
