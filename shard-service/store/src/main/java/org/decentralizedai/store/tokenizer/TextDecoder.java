package org.decentralizedai.store.tokenizer;

/** Text of one stream of tokens, never cut inside a character. Not thread-safe. */
public interface TextDecoder {
    /** The text that this token completes; empty while a character is unfinished, and for specials. */
    String accept(int id);

    /** The end of the stream: U+FFFD when the last character is unfinished, otherwise empty. */
    String finish();
}
