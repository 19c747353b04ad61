package org.decentralizedai.server.chat;

/**
 * Limits of the chat; {@code chat} in the settings file.
 *
 * @param workers answers computed at the same time
 * @param queue requests that may wait besides, at most half of them without a key; further ones get 429
 * @param maxPromptTokens of one prompt; of these the newest that fit the model's context count
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
        positive("maxPromptTokens", maxPromptTokens);
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

    public static ChatSettings defaults() {
        return new ChatSettings(1, 8, 16_384, 4096, 256, 180, 1 << 20);
    }
}
