package org.decentralizedai.worker;

/** One connection to the coordinator. Whatever it hears arrives as {@link Event}s that name it. */
public interface Socket {
    /**
     * Sends one message, after waiting until only a bounded number of bytes is unsent. When the connection is closed, or
     * stays full for too long, the message is lost and {@link Event.Closed} tells so.
     */
    void send(byte[] frame);

    /** Without effect when closed already. */
    void close();
}
