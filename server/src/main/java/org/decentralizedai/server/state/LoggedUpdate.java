package org.decentralizedai.server.state;

import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;

/**
 * An update that passed every check, as the log keeps it. Losses in nats per token.
 *
 * @param round of its task, from whose weights it was computed
 * @param late rounds after which it came: it counts in the step of round + late
 */
public record LoggedUpdate(
        int round,
        int late,
        Lease lease,
        String worker,
        int tokens,
        double firstLoss,
        double lastLoss,
        UpdateEncoding encoding,
        Slice slice,
        Bytes encoded) {

    /** One that counts in its own round. */
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
        this(round, 0, lease, worker, tokens, firstLoss, lastLoss, encoding, slice, encoded);
    }

    /** The same in the step of another round. */
    public LoggedUpdate countedIn(int step) {
        return new LoggedUpdate(
                round, step - round, lease, worker, tokens, firstLoss, lastLoss, encoding, slice, encoded);
    }

    /** The round in whose step it is. */
    public int countsIn() {
        return round + late;
    }
}
