package org.decentralizedai.server.train;

import java.util.Optional;
import java.util.function.Consumer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.checkpoint.Checkpoint;

/** The checkpoint that answers chats: the newest one that passed every gate. */
public interface Promotions {
    /**
     * @param heldOutBits bits per byte on the whole held-out split
     * @param heldOutError standard error of that mean
     */
    record Promoted(
            int round,
            Checkpoint checkpoint,
            ModelConfig model,
            double heldOutBits,
            double heldOutError,
            long decidedAtMillis) {}

    /** Empty until the first promotion of the run. */
    Optional<Promoted> current();

    /** The listener is called after each change, on the thread that evaluates; it must not block for long. */
    void onChange(Consumer<Promoted> listener);
}
