package org.decentralizedai.server.train;

import org.decentralizedai.wire.ClientMessage;
import org.decentralizedai.wire.ServerMessage;

/** One connected worker, as the desk sees it. Sending never blocks. */
public interface Worker {
    /** Hash of its key: the same over all its connections. */
    String id();

    ClientMessage.Hello hello();

    /** Where it connects from; empty where that is not known. */
    default String address() {
        return "";
    }

    void send(ServerMessage message);

    void close(int code, String reason);
}
