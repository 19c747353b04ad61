package org.decentralizedai.worker;

import org.decentralizedai.wire.Bytes;

/** What reaches a session from outside. */
public sealed interface Event {
    record Opened(Socket socket) implements Event {}

    record Frame(Socket socket, Bytes bytes) implements Event {}

    /** @param code WebSocket close code, 1006 where there was no close frame */
    record Closed(Socket socket, int code, String reason) implements Event {}

    /** The visitor wants no more of it. */
    record Stop() implements Event {}

    /** Something that a waiting session should look at has changed. */
    record Wake() implements Event {}
}
