package org.decentralizedai.worker.web;

import org.decentralizedai.wire.Bytes;
import org.decentralizedai.worker.Event;
import org.decentralizedai.worker.EventQueue;
import org.decentralizedai.worker.Socket;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.Int8Array;
import org.teavm.jso.websocket.WebSocket;

/** A browser's WebSocket. Its callbacks may not block, so each hands its event over in a fiber of its own. */
final class WebSocketSocket implements Socket {
    private static final int GREATEST_UNSENT_BYTES = 256 << 10;
    private static final int OPEN = 1, GOING_AWAY_MILLIS = 60_000, LOOK_AGAIN_MILLIS = 5;

    private final WebSocket socket;
    private final WebClock clock = new WebClock();

    private WebSocketSocket(WebSocket socket) {
        this.socket = socket;
    }

    static WebSocketSocket open(String url, EventQueue inbox) {
        var socket = new WebSocket(url);
        socket.setBinaryType("arraybuffer");
        var self = new WebSocketSocket(socket);
        socket.onOpen(_ -> later(inbox, new Event.Opened(self)));
        socket.onMessage(event -> {
            ArrayBuffer data = event.getDataAsArray();
            later(inbox, new Event.Frame(self, new Bytes(new Int8Array(data).copyToJavaArray())));
        });
        socket.onClose(event -> later(inbox, new Event.Closed(self, event.getCode(), event.getReason())));
        return self;
    }

    private static void later(EventQueue inbox, Event event) {
        new Thread(() -> inbox.put(event)).start();
    }

    @Override
    public void send(byte[] frame) {
        double deadline = clock.millis() + GOING_AWAY_MILLIS;
        while (socket.getReadyState() == OPEN && socket.getBufferedAmount() > GREATEST_UNSENT_BYTES) {
            if (clock.millis() > deadline) socket.close();
            else rest();
        }
        if (socket.getReadyState() == OPEN) socket.send(Int8Array.copyFromJavaArray(frame));
    }

    /** The browser has no event for "sent". */
    private static void rest() {
        try {
            Thread.sleep(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
