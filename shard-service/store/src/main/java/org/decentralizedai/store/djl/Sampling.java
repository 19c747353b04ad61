package org.decentralizedai.store.djl;

import java.util.Set;

/**
 * How the next token is chosen.
 *
 * @param temperature 0 takes the likeliest token
 * @param topP only the likeliest tokens whose probabilities reach this sum (Holtzman et al. 2020)
 * @param maxTokens greatest number of generated tokens
 * @param stopTokens end the text and are not part of it
 */
public record Sampling(double temperature, double topP, int maxTokens, long seed, Set<Integer> stopTokens) {
    public Sampling {
        if (!(temperature >= 0) || temperature > 100)
            throw new IllegalArgumentException("temperature must be in 0..100: temperature=" + temperature);
        if (!(topP > 0) || topP > 1) throw new IllegalArgumentException("topP must be in (0, 1]: topP=" + topP);
        if (maxTokens < 0) throw new IllegalArgumentException("maxTokens must be >= 0: maxTokens=" + maxTokens);
        stopTokens = Set.copyOf(stopTokens);
    }
}
