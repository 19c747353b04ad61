package org.decentralizedai.billing.meter;

/**
 * What a model costs.
 *
 * @param inputPerMillion micro-credits for a million tokens of prompts
 * @param outputPerMillion and of answers
 */
public record Price(long inputPerMillion, long outputPerMillion) {
    private static final long MILLION = 1_000_000;

    public Price {
        if (inputPerMillion < 0 || outputPerMillion < 0)
            throw new IllegalArgumentException(
                    "a price must be >= 0: input=" + inputPerMillion + ", output=" + outputPerMillion);
    }

    /** In whole micro-credits, rounded down. */
    public long of(int promptTokens, int answerTokens) {
        return Math.addExact(
                        Math.multiplyExact(promptTokens, inputPerMillion),
                        Math.multiplyExact(answerTokens, outputPerMillion))
                / MILLION;
    }

    /** The same in words. */
    String formula(int promptTokens, int answerTokens) {
        return promptTokens + " prompt tokens x " + inputPerMillion + " + " + answerTokens + " answer tokens x "
                + outputPerMillion + " micro-credits for a million = " + of(promptTokens, answerTokens)
                + " micro-credits, rounded down";
    }
}
