package org.decentralizedai.store.tokenizer;

/** Text to token ids and back. Ids fit 16 bits. Immutable, thread-safe. */
public interface Tokenizer {
    /** Ids are below this number; equal to {@code ModelConfig.vocabulary}. */
    int vocabulary();

    /** Plain text: the name of a special token in it is only text, so that nobody can smuggle one into a prompt. */
    int[] encode(String text);

    /** As Hugging Face's readers of {@link #tokenizerJson} encode: names of special tokens become those tokens. */
    int[] encodeWithSpecials(String text);

    /** Specials are left out; bytes that are no UTF-8 become U+FFFD. */
    String decode(int[] ids);

    /** For one stream of tokens that arrive one by one. */
    TextDecoder decoder();

    /** The UTF-8 that a token stands for, maybe a part of a character; nothing for specials. */
    byte[] content(int id);

    /** How many bytes that is. */
    int bytes(int id);

    /** Between documents. */
    int endOfText();

    /** Begins what the user says. */
    int user();

    /** Begins what the model says. */
    int assistant();

    /** Ends a turn. */
    int end();

    /** {@code tokenizer.json} as Hugging Face's tokenizers library reads it. */
    byte[] tokenizerJson();

    /** {@code tokenizer_config.json}, with the chat template. */
    byte[] tokenizerConfigJson();
}
