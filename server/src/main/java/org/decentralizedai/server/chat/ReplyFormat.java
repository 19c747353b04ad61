package org.decentralizedai.server.chat;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import org.decentralizedai.store.tokenizer.Tokenizer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of one answer, whole or in chunks, in the shape of either API. */
final class ReplyFormat {
    private final JsonMapper json;
    private final CompletionRequest request;
    private final ServedCheckpoint checkpoint;
    private final ToldFormat probabilities;
    private final String id;
    private final long created = Instant.now().getEpochSecond();

    ReplyFormat(JsonMapper json, CompletionRequest request, ServedCheckpoint checkpoint, Tokenizer tokenizer) {
        this.json = json;
        this.request = request;
        this.checkpoint = checkpoint;
        probabilities = new ToldFormat(json, tokenizer);
        this.id = (isChat() ? "chatcmpl-" : "cmpl-") + randomId();
    }

    static String randomId() {
        byte[] bytes = new byte[12];
        ThreadLocalRandom.current().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private boolean isChat() {
        return request.api() == Api.CHAT;
    }

    /** The answer of a request that does not stream. */
    ObjectNode whole(List<WholeChoice> choices, Usage usage) {
        ObjectNode reply = envelope(isChat() ? "chat.completion" : "text_completion");
        var array = reply.putArray("choices");
        for (int i = 0; i < choices.size(); i++) {
            WholeChoice one = choices.get(i);
            ObjectNode choice = choice(array, i, one.told());
            if (isChat())
                choice.putObject("message")
                        .put("role", "assistant")
                        .put("content", one.text())
                        .putNull("refusal");
            else choice.put("text", one.text());
            choice.put("finish_reason", one.finishReason());
        }
        reply.set("usage", usage(usage));
        return reply;
    }

    /** Begins a choice of a stream: who speaks. */
    ObjectNode first(int choice) {
        ObjectNode reply = chunk();
        ObjectNode node = choice(reply.putArray("choices"), choice, List.of());
        if (isChat()) node.putObject("delta").put("role", "assistant").put("content", "");
        else node.put("text", "");
        return reply;
    }

    ObjectNode piece(int choice, String text, List<ToldToken> told) {
        ObjectNode reply = chunk();
        ObjectNode node = choice(reply.putArray("choices"), choice, told);
        if (isChat()) node.putObject("delta").put("content", text);
        else node.put("text", text);
        return reply;
    }

    ObjectNode last(int choice, String finishReason) {
        ObjectNode reply = chunk();
        ObjectNode node = choice(reply.putArray("choices"), choice, List.of());
        if (isChat()) node.putObject("delta");
        else node.put("text", "");
        node.put("finish_reason", finishReason);
        return reply;
    }

    /** Ends a stream whose caller asked for it. */
    ObjectNode counts(Usage usage) {
        ObjectNode reply = chunk();
        reply.putArray("choices");
        reply.set("usage", usage(usage));
        return reply;
    }

    private ObjectNode chunk() {
        ObjectNode reply = envelope(isChat() ? "chat.completion.chunk" : "text_completion");
        if (request.includeUsage()) reply.putNull("usage");
        return reply;
    }

    private ObjectNode envelope(String object) {
        return json.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", checkpoint.model())
                .put("system_fingerprint", checkpoint.fingerprint());
    }

    private ObjectNode choice(ArrayNode choices, int index, List<ToldToken> told) {
        ObjectNode choice = choices.addObject().put("index", index).putNull("finish_reason");
        if (told.isEmpty()) choice.putNull("logprobs");
        else choice.set("logprobs", isChat() ? probabilities.ofChat(told) : probabilities.ofText(told));
        return choice;
    }

    private ObjectNode usage(Usage usage) {
        return json.createObjectNode()
                .put("prompt_tokens", usage.promptTokens())
                .put("completion_tokens", usage.completionTokens())
                .put("total_tokens", usage.totalTokens());
    }
}
