package org.decentralizedai.server.chat;

import java.time.Instant;
import java.util.function.Supplier;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.wire.Sha256;

/**
 * A checkpoint that may answer.
 *
 * @param model name that callers give, such as {@code nano}
 * @param hash of the checkpoint's file
 * @param round after which it was made
 * @param weights packed in layout order; called once for each loading, may be slow
 */
public record ServedCheckpoint(
        String model, Sha256 hash, int round, Instant promotedAt, ModelConfig config, Supplier<float[]> weights) {
    private static final int PREFIX = 12;

    /** Enough of the hash to tell checkpoints apart: what answers carry as {@code system_fingerprint}. */
    String fingerprint() {
        return "fp_" + hash.hex().substring(0, PREFIX);
    }
}
