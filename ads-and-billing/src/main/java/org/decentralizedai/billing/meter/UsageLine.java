package org.decentralizedai.billing.meter;

import java.time.LocalDate;

/**
 * What a key has used of a model on a day, UTC.
 *
 * @param key its id
 */
public record UsageLine(
        LocalDate day,
        String key,
        String model,
        long requests,
        long promptTokens,
        long answerTokens,
        long microCredits) {}
