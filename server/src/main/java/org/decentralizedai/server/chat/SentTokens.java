package org.decentralizedai.server.chat;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many tokens of an answer have gone out: those all of whose characters have. What is held back, since it may begin a stop text or
 * is a part of a character, has not. Used by one thread.
 */
final class SentTokens {
    private final Deque<Long> ends = new ArrayDeque<>(); // of tokens that are not out: where their characters end
    private int undecoded; // newest tokens, which are parts of a character
    private long characters;
    private long gone;

    /** The next token, which completes so many characters. */
    void made(int completed) {
        characters += completed;
        undecoded++;
        if (completed == 0) return;
        for (; undecoded > 0; undecoded--) ends.add(characters);
    }

    /**
     * So many characters more have gone out.
     *
     * @return how many tokens are out by that which were not before
     */
    int sent(int more) {
        gone += more;
        int out = 0;
        for (; !ends.isEmpty() && ends.peek() <= gone; ends.remove()) out++;
        return out;
    }
}
