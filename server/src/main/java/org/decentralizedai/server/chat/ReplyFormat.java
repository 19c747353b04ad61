package org.decentralizedai.server.chat;

import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of one answer, whole or in chunks, in the shape of either API. */
final class ReplyFormat {
    private final JsonMapper json;
    private final CompletionRequest request;
    private final ServedCheckpoint checkpoint;
    private final String id;
    private final long created = Instant.now().getEpochSecond();

    ReplyFormat(JsonMapper json, CompletionRequest request, ServedCheckpoint checkpoint) {
        this.json = json;
        this.request = request;
        this.checkpoint = checkpoint;
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
    ObjectNode whole(String text, String finishReason, Usage usage) {
        ObjectNode reply = envelope(isChat() ? "chat.completion" : "text_completion");
        ObjectNode choice = choice(reply);
        if (isChat())
            choice.putObject("message")
                    .put("role", "assistant")
                    .put("content", text)
                    .putNull("refusal");
        else choice.put("text", text);
        choice.put("finish_reason", finishReason);
        reply.set("usage", usage(usage));
        return reply;
    }

    /** Begins a stream: who speaks. */
    ObjectNode first() {
        ObjectNode reply = chunk();
        ObjectNode choice = choice(reply);
        if (isChat()) choice.putObject("delta").put("role", "assistant").put("content", "");
        else choice.put("text", "");
        return reply;
    }

    ObjectNode piece(String text) {
        ObjectNode reply = chunk();
        ObjectNode choice = choice(reply);
        if (isChat()) choice.putObject("delta").put("content", text);
        else choice.put("text", text);
        return reply;
    }

    ObjectNode last(String finishReason) {
        ObjectNode reply = chunk();
        ObjectNode choice = choice(reply);
        if (isChat()) choice.putObject("delta");
        else choice.put("text", "");
        choice.put("finish_reason", finishReason);
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

    private static ObjectNode choice(ObjectNode reply) {
        return reply.putArray("choices")
                .addObject()
                .put("index", 0)
                .putNull("logprobs")
                .putNull("finish_reason");
    }

    private ObjectNode usage(Usage usage) {
        return json.createObjectNode()
                .put("prompt_tokens", usage.promptTokens())
                .put("completion_tokens", usage.completionTokens())
                .put("total_tokens", usage.totalTokens());
    }
}
