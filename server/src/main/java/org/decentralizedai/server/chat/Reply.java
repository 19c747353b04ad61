package org.decentralizedai.server.chat;

import java.io.IOException;
import java.util.List;

/**
 * Where an answer goes. Every method throws an IOException once the caller has gone; {@link #beat} exists to notice that while there is
 * nothing to say. Used by one thread.
 */
interface Reply {
    /** Called about once a second while waiting or computing. */
    void beat() throws IOException;

    /** Called once, before the first piece. */
    void begin(ReplyFormat format) throws IOException;

    /** Begins one of the choices; the one before has ended. */
    void start(int choice) throws IOException;

    /** @param told the tokens that it consists of, when the caller asked for their probabilities */
    void piece(int choice, String text, List<ToldToken> told) throws IOException;

    void end(int choice, String finishReason) throws IOException;

    /** All choices have ended. */
    void finish(Usage usage) throws IOException;

    /** The answer can't be completed although it may have begun. */
    void fail(ChatException reason) throws IOException;
}
