package org.decentralizedai.server.train;

import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.server.state.Work;
import org.decentralizedai.wire.ClientMessage.UpdateBegin;
import org.decentralizedai.wire.ClientMessage.UpdateChunk;

/** The part of a worker's update that has come so far. Its methods are called under its own lock, {@link #idleSince} apart. */
final class Upload {
    private final String worker;
    private final UpdateBegin begin;
    private final int round;
    private final UpdateForm form;
    private final Work done;
    private final byte[] bytes;
    private volatile int received;
    private volatile long grownAtMillis;
    private boolean noted;

    /**
     * @param round of the task
     * @param done what it was computed from
     */
    Upload(String worker, UpdateBegin begin, int round, UpdateForm form, Work done, long nowMillis) {
        this.worker = worker;
        this.begin = begin;
        this.round = round;
        this.form = form;
        this.done = done;
        this.bytes = new byte[begin.encodedBytes()];
        grownAtMillis = nowMillis;
    }

    String worker() {
        return worker;
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

    Work done() {
        return done;
    }

    int received() {
        return received;
    }

    boolean isNext(UpdateChunk chunk) {
        return chunk.offset() == received && chunk.bytes().length() <= bytes.length - received;
    }

    /** False when the chunk is not the next one or goes past the end. */
    boolean append(UpdateChunk chunk, long nowMillis) {
        if (!isNext(chunk)) return false;
        System.arraycopy(
                chunk.bytes().array(), 0, bytes, received, chunk.bytes().length());
        received += chunk.bytes().length();
        grownAtMillis = nowMillis;
        return true;
    }

    boolean complete() {
        return received == bytes.length;
    }

    /** Whether its worker has added nothing since then, although there is more to come. */
    boolean idleSince(long millis) {
        return !complete() && grownAtMillis <= millis;
    }

    byte[] bytes() {
        return bytes;
    }

    /** True once: its task's time is to be taken. */
    boolean note() {
        boolean first = !noted;
        noted = true;
        return first;
    }
}
