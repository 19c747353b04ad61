package org.decentralizedai.server.state;

import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.jspecify.annotations.Nullable;

/**
 * An update that passed every check, as the log keeps it. Losses in nats per token.
 *
 * @param work what it was computed from; null when an earlier version wrote it
 */
public record LoggedUpdate(
        int round,
        Lease lease,
        String worker,
        int tokens,
        double firstLoss,
        double lastLoss,
        UpdateEncoding encoding,
        Slice slice,
        @Nullable Work work,
        Bytes encoded) {

    /** Whose work does not matter: its round is closed. */
    public LoggedUpdate(
            int round,
            Lease lease,
            String worker,
            int tokens,
            double firstLoss,
            double lastLoss,
            UpdateEncoding encoding,
            Slice slice,
            Bytes encoded) {
        this(round, lease, worker, tokens, firstLoss, lastLoss, encoding, slice, null, encoded);
    }
}
