package org.decentralizedai.server.state;

import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;

/** An update that passed every check, as the log keeps it. Losses in nats per token. */
public record LoggedUpdate(
        int round,
        Lease lease,
        String worker,
        int tokens,
        double firstLoss,
        double lastLoss,
        UpdateEncoding encoding,
        Slice slice,
        Bytes encoded) {}
