package org.decentralizedai.worker;

import java.util.Arrays;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;
import org.decentralizedai.wire.FrameLayout;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.Sha256;

/** A computed task, or what was computed of it, that waits to be delivered. Fields as {@link UpdateBegin}'s. */
record FinishedTask(
        Lease lease, Bytes encoded, Sha256 hash, int steps, int tokens, double firstLoss, double lastLoss, int millis) {

    int length() {
        return encoded.length();
    }

    UpdateBegin begin() {
        return new UpdateBegin(lease, length(), hash, steps, tokens, firstLoss, lastLoss, millis);
    }

    /** The bytes from {@code offset} on, as many as fit a frame. */
    UpdateChunk chunk(int offset) {
        int end = Math.min(length(), offset + FrameLayout.MAX_CHUNK);
        return new UpdateChunk(lease, offset, new Bytes(Arrays.copyOfRange(encoded.array(), offset, end)));
    }
}
