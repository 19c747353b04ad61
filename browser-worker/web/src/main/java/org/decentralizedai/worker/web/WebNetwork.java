package org.decentralizedai.worker.web;

import org.decentralizedai.worker.EventQueue;
import org.decentralizedai.worker.Network;
import org.decentralizedai.worker.Socket;

/** WebSockets to one address; their events go into the queue. */
final class WebNetwork implements Network {
    private final String url;
    private final EventQueue inbox;

    WebNetwork(String url, EventQueue inbox) {
        this.url = url;
        this.inbox = inbox;
    }

    @Override
    public Socket connect() {
        return WebSocketSocket.open(url, inbox);
    }
}
