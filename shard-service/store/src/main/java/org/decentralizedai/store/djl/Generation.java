package org.decentralizedai.store.djl;

/**
 * What a call of the generator did.
 *
 * @param tokens handed to the sink
 */
public record Generation(int promptTokens, int tokens, Finish finish) {
    /** Why it ended. */
    public enum Finish {
        STOP_TOKEN,
        MAX_TOKENS,
        SINK_STOPPED
    }
}
