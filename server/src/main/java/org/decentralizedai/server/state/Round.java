package org.decentralizedai.server.state;

import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * The weights that a round starts from, and how they came about.
 *
 * @param manifest blob that names the pieces of the checkpoint
 * @param checkpoint hash of the whole safetensors file
 * @param optimizer manifest of the outer momentum
 * @param tokens trained on so far
 * @param updates accepted so far
 * @param trainLoss nats per token, mean over the tasks that led here
 * @param heldOutBits bits per byte on the fixed held-out sample; null until measured
 * @param heldOutError standard error of that mean
 * @param openedAtMillis since 1970
 */
public record Round(
        int number,
        Sha256 manifest,
        Sha256 checkpoint,
        long checkpointBytes,
        @Nullable Sha256 optimizer,
        long tokens,
        long updates,
        @Nullable Double trainLoss,
        @Nullable Double heldOutBits,
        @Nullable Double heldOutError,
        long openedAtMillis,
        boolean thinned) {}
