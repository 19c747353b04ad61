package org.decentralizedai.worker;

/** The way to the coordinator's {@code GET /worker}. */
public interface Network {
    /**
     * Begins to connect and returns at once. The session's inbox then gets either {@link Event.Opened}, any number of
     * {@link Event.Frame} and at last {@link Event.Closed}, or {@link Event.Closed} alone.
     */
    Socket connect();
}
