package org.decentralizedai.store.djl;

import java.util.List;

/**
 * A token that was drawn. Logarithms are natural, of the model's own distribution (temperature 1).
 *
 * @param likeliest as many as were asked for, the likeliest first
 */
public record Drawn(int token, double logProbability, List<Candidate> likeliest) {
    /** A token that might have been drawn. */
    public record Candidate(int token, double logProbability) {}

    public Drawn {
        likeliest = List.copyOf(likeliest);
    }
}
