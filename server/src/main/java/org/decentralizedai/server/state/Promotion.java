package org.decentralizedai.server.state;

import org.decentralizedai.wire.Sha256;

/** The report of one attempt to promote a checkpoint; figures over the whole held-out split, in bits per byte. */
public record Promotion(
        int round,
        Sha256 manifest,
        Sha256 checkpoint,
        double heldOutBits,
        double heldOutError,
        boolean accepted,
        String reason,
        long decidedAtMillis) {}
