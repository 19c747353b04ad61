package org.decentralizedai.server.train;

import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;

/** The part of an update that has come so far. Its methods are called under its own lock. */
final class Upload {
    private final UpdateBegin begin;
    private final int round;
    private final UpdateForm form;
    private final byte[] bytes;
    private int received;

    /** @param round of the task */
    Upload(UpdateBegin begin, int round, UpdateForm form) {
        this.begin = begin;
        this.round = round;
        this.form = form;
        this.bytes = new byte[begin.encodedBytes()];
    }

    UpdateBegin begin() {
        return begin;
    }

    int round() {
        return round;
    }

    UpdateForm form() {
        return form;
    }

    int received() {
        return received;
    }

    /** False when the chunk is not the next one or goes past the end. */
    boolean append(int offset, Bytes chunk) {
        if (offset != received || chunk.length() > bytes.length - received) return false;
        System.arraycopy(chunk.array(), 0, bytes, offset, chunk.length());
        received += chunk.length();
        return true;
    }

    boolean complete() {
        return received == bytes.length;
    }

    byte[] bytes() {
        return bytes;
    }
}
