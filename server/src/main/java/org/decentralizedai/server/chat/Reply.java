package org.decentralizedai.server.chat;

import java.io.IOException;

/**
 * Where an answer goes. Every method throws an IOException once the caller has gone; {@link #beat} exists to notice that while there is
 * nothing to say. Used by one thread.
 */
interface Reply {
    /** Called about once a second while waiting or computing. */
    void beat() throws IOException;

    /** Called once, before the first piece. */
    void begin(ReplyFormat format) throws IOException;

    void piece(String text) throws IOException;

    void end(String finishReason, Usage usage) throws IOException;

    /** The answer can't be completed although it may have begun. */
    void fail(ChatException reason) throws IOException;
}
