package org.decentralizedai.store.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.IntStream;
import org.decentralizedai.model.ModelConfig;

/** UTF-8 bytes as token ids 0 to 255, and eight specials. Needs no training and covers every text. */
public final class ByteTokenizer implements Tokenizer {
    static final int END_OF_TEXT = 256, USER = 257, ASSISTANT = 258, END = 259;
    static final List<String> SPECIALS = List.of(
            "<|endoftext|>",
            "<|user|>",
            "<|assistant|>",
            "<|end|>",
            "<|reserved_0|>",
            "<|reserved_1|>",
            "<|reserved_2|>",
            "<|reserved_3|>");

    @Override
    public int vocabulary() {
        return ModelConfig.BYTE_VOCABULARY;
    }

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) ids[i] = bytes[i] & 255;
        return ids;
    }

    @Override
    public int[] encodeWithSpecials(String text) {
        var ids = IntStream.builder();
        int done = 0;
        for (int at = text.indexOf("<|"); at >= 0; at = text.indexOf("<|", at + 1)) {
            int special = specialAt(text, at);
            if (special < 0) continue;
            for (int id : encode(text.substring(done, at))) ids.add(id);
            ids.add(END_OF_TEXT + special);
            done = at + SPECIALS.get(special).length();
        }
        for (int id : encode(text.substring(done))) ids.add(id);
        return ids.build().toArray();
    }

    private static int specialAt(String text, int at) {
        for (int i = 0; i < SPECIALS.size(); i++) if (text.startsWith(SPECIALS.get(i), at)) return i;
        return -1;
    }

    @Override
    public String decode(int[] ids) {
        TextDecoder decoder = decoder();
        var text = new StringBuilder();
        for (int id : ids) text.append(decoder.accept(id));
        return text.append(decoder.finish()).toString();
    }

    @Override
    public TextDecoder decoder() {
        return new Utf8Decoder();
    }

    @Override
    public byte[] content(int id) {
        return id < END_OF_TEXT ? new byte[] {(byte) id} : new byte[0];
    }

    @Override
    public int bytes(int id) {
        return id < END_OF_TEXT ? 1 : 0;
    }

    @Override
    public int endOfText() {
        return END_OF_TEXT;
    }

    @Override
    public int user() {
        return USER;
    }

    @Override
    public int assistant() {
        return ASSISTANT;
    }

    @Override
    public int end() {
        return END;
    }

    @Override
    public byte[] tokenizerJson() {
        return ByteTokenizerJson.tokenizer();
    }

    @Override
    public byte[] tokenizerConfigJson() {
        return ByteTokenizerJson.config();
    }
}
