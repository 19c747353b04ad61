package org.decentralizedai.server.socket;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;

/**
 * What still has to go out to one WebSocket. One frame in flight, at most {@code maxBytes} waiting; a reader that falls further
 * behind is cut off, so that its memory is bounded and nothing vanishes silently. Never blocks. Thread-safe.
 */
final class Outbox {
    private final Session socket;
    private final long maxBytes;
    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean inFlight;
    private boolean cutOff;

    Outbox(Session socket, long maxBytes) {
        this.socket = socket;
        this.maxBytes = maxBytes;
    }

    /** False when the reader was cut off. True promises an attempt, not a delivery. */
    boolean offer(byte[] message) {
        synchronized (this) {
            if (cutOff) return false;
            if (waitingBytes + message.length > maxBytes) return cut();
            waiting.add(ByteBuffer.wrap(message));
            waitingBytes += message.length;
            if (inFlight) return true;
            inFlight = true;
        }
        sendNext();
        return true;
    }

    private void sendNext() {
        ByteBuffer next;
        synchronized (this) {
            next = cutOff ? null : waiting.poll();
            if (next == null) {
                inFlight = false;
                return;
            }
            waitingBytes -= next.remaining();
        }
        socket.sendBinary(next, Callback.from(this::sendNext, _ -> cut()));
    }

    /** No close frame: it would wait behind the frame that the reader does not take. */
    private synchronized boolean cut() {
        if (cutOff) return false;
        cutOff = true;
        waiting.clear();
        waitingBytes = 0;
        socket.disconnect();
        return false;
    }
}
