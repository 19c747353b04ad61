package org.decentralizedai.server.state;

import org.jspecify.annotations.Nullable;

/**
 * The weights that a round starts from, and how they came about.
 *
 * @param tokens trained on so far
 * @param updates accepted so far
 * @param trainLoss nats per token, mean over the tasks that led here
 * @param heldOutBits bits per byte on the fixed held-out sample; null until measured
 * @param heldOutError standard error of that mean
 * @param openedAtMillis since 1970
 * @param thinned the files are deleted; the delta may outlive them, or go earlier
 */
public record Round(
        int number,
        RoundFiles files,
        long tokens,
        long updates,
        @Nullable Double trainLoss,
        @Nullable Double heldOutBits,
        @Nullable Double heldOutError,
        long openedAtMillis,
        boolean thinned) {}
