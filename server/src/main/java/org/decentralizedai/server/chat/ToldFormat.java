package org.decentralizedai.server.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HexFormat;
import java.util.List;
import org.decentralizedai.store.djl.Drawn.Candidate;
import org.decentralizedai.store.tokenizer.Tokenizer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of tokens' probabilities, in the shape of either API. */
final class ToldFormat {
    private static final HexFormat HEX = HexFormat.of().withPrefix("\\x");

    private final JsonMapper json;
    private final Tokenizer tokenizer;

    ToldFormat(JsonMapper json, Tokenizer tokenizer) {
        this.json = json;
        this.tokenizer = tokenizer;
    }

    ObjectNode ofChat(List<ToldToken> told) {
        ObjectNode logprobs = json.createObjectNode();
        var content = logprobs.putArray("content");
        for (ToldToken token : told) {
            var drawn = token.drawn();
            ObjectNode one = content.addObject();
            describe(one, drawn.token(), drawn.logProbability());
            var others = one.putArray("top_logprobs");
            for (Candidate other : drawn.likeliest())
                describe(others.addObject(), other.token(), other.logProbability());
        }
        return logprobs.putNull("refusal");
    }

    private void describe(ObjectNode node, int token, double logProbability) {
        node.put("token", text(token)).put("logprob", logProbability);
        var bytes = node.putArray("bytes");
        for (byte b : tokenizer.content(token)) bytes.add(b & 255);
    }

    ObjectNode ofText(List<ToldToken> told) {
        ObjectNode logprobs = json.createObjectNode();
        var tokens = logprobs.putArray("tokens");
        var probabilities = logprobs.putArray("token_logprobs");
        var likeliest = logprobs.putArray("top_logprobs");
        var offsets = logprobs.putArray("text_offset");
        for (ToldToken token : told) {
            tokens.add(text(token.drawn().token()));
            probabilities.add(token.drawn().logProbability());
            ObjectNode others = likeliest.addObject();
            for (Candidate other : token.drawn().likeliest()) others.put(text(other.token()), other.logProbability());
            offsets.add(token.offset());
        }
        return logprobs;
    }

    /** A part of a character is written as OpenAI does, such as {@code bytes:\xe2}; specials by their number. */
    private String text(int token) {
        byte[] content = tokenizer.content(token);
        if (content.length == 0) return "<|" + token + "|>";
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException e) {
            return "bytes:" + HEX.formatHex(content);
        }
    }
}
