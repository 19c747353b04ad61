package org.decentralizedai.store.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Byte by byte: {@link CharsetDecoder} consumes only whole characters, the rest waits in {@link #pending}. */
final class Utf8Decoder implements TextDecoder {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final ByteBuffer pending = ByteBuffer.allocate(8);
    private final CharBuffer text = CharBuffer.allocate(16);

    @Override
    public String accept(int id) {
        if (id < 0 || id >= ByteTokenizer.END_OF_TEXT) return "";
        pending.put((byte) id);
        return decode(false);
    }

    @Override
    public String finish() {
        return decode(true);
    }

    private String decode(boolean last) {
        pending.flip();
        decoder.decode(pending, text, last);
        pending.compact();
        if (last) {
            decoder.flush(text);
            decoder.reset();
        }
        String complete = text.flip().toString();
        text.clear();
        return complete;
    }
}
