package org.decentralizedai.store.djl;

/** Takes generated tokens as they come, on the thread that generates. */
@FunctionalInterface
public interface TokenSink {
    /**
     * @param logProbability natural logarithm, of the model's own distribution (temperature 1)
     * @return false to stop generating
     */
    boolean accept(int token, double logProbability);
}
