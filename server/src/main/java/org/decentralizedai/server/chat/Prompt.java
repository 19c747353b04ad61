package org.decentralizedai.server.chat;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.store.tokenizer.Tokenizer;
import tools.jackson.databind.JsonNode;

/** Token ids to continue, at least one. */
final class Prompt {
    static final List<String> ROLES = List.of("system", "developer", "user", "assistant");
    private static final String BETWEEN_MESSAGES = "\n\n";

    private final int[] tokens;

    private Prompt(int[] tokens) {
        this.tokens = tokens;
    }

    /** @throws ChatException when it is longer */
    void requireAtMost(int limit) {
        if (tokens.length > limit)
            throw new ChatException(
                    ChatError.PROMPT_TOO_LONG,
                    "The prompt has " + tokens.length + " tokens; this model takes at most " + limit + ".",
                    null);
    }

    int[] tokens() {
        return tokens.clone();
    }

    int length() {
        return tokens.length;
    }

    /** Of how many of its tokens a model with this context knows: the newest. */
    int readBy(int context) {
        return Math.min(tokens.length, context);
    }

    /** The messages as the package comment says: plain text, joined by an empty line. */
    static Prompt ofChat(Fields fields, Tokenizer tokenizer) {
        JsonNode messages = fields.required("messages");
        if (!messages.isArray()) throw Fields.wrongType("messages", "an array");
        if (messages.isEmpty())
            throw new ChatException(ChatError.INVALID_VALUE, "'messages' must have at least one message.", "messages");
        var texts = new ArrayList<String>();
        for (int i = 0; i < messages.size(); i++) texts.add(message(fields.object("messages", i)));
        return ofText(String.join(BETWEEN_MESSAGES, texts), tokenizer);
    }

    private static String message(Fields message) {
        String role = message.text("role");
        if (role.equals("tool") || role.equals("function"))
            throw new ChatException(
                    ChatError.UNSUPPORTED, "Tools are not supported by this server.", message.path("role"));
        if (!ROLES.contains(role))
            throw new ChatException(
                    ChatError.INVALID_VALUE,
                    "'" + message.path("role") + "' must be one of " + String.join(", ", ROLES) + ".",
                    message.path("role"));
        JsonNode content = message.required("content");
        if (content.isString()) return content.stringValue();
        if (!content.isArray()) throw Fields.wrongType(message.path("content"), "a string or an array of parts");
        var text = new StringBuilder();
        for (int i = 0; i < content.size(); i++) text.append(part(message.object("content", i)));
        return text.toString();
    }

    private static String part(Fields part) {
        String type = part.text("type");
        if (!type.equals("text"))
            throw new ChatException(
                    ChatError.UNSUPPORTED,
                    "Only parts of type 'text' are supported by this server.",
                    part.path("type"));
        return part.text("text");
    }

    /** {@code prompt} of the older API: a string, an array of one string, or an array of token ids. */
    static Prompt ofCompletion(Fields fields, Tokenizer tokenizer) {
        JsonNode prompt = fields.get("prompt");
        if (prompt == null) return ofText("", tokenizer);
        if (prompt.isString()) return ofText(prompt.stringValue(), tokenizer);
        if (!prompt.isArray()) throw Fields.wrongType("prompt", "a string, or an array of one string or of token ids");
        if (prompt.isEmpty())
            throw new ChatException(ChatError.INVALID_VALUE, "'prompt' must not be an empty array.", "prompt");
        if (prompt.get(0).isString()) return ofStrings(prompt, tokenizer);
        return ofTokens(prompt.size() == 1 && prompt.get(0).isArray() ? prompt.get(0) : prompt, tokenizer);
    }

    private static Prompt ofStrings(JsonNode prompts, Tokenizer tokenizer) {
        if (prompts.size() > 1)
            throw new ChatException(
                    ChatError.UNSUPPORTED,
                    "Several prompts in one request are not supported by this server.",
                    "prompt");
        return ofText(prompts.get(0).stringValue(), tokenizer);
    }

    private static Prompt ofTokens(JsonNode ids, Tokenizer tokenizer) {
        var tokens = new ArrayList<Integer>();
        for (JsonNode id : ids) {
            if (!id.isIntegralNumber())
                throw Fields.wrongType("prompt", "a string, or an array of one string or of token ids");
            if (!id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= tokenizer.vocabulary())
                throw new ChatException(
                        ChatError.INVALID_VALUE,
                        "Token ids in 'prompt' must be in 0 to " + (tokenizer.vocabulary() - 1) + ".",
                        "prompt");
            tokens.add(id.intValue());
        }
        return orBeginning(toArray(tokens), tokenizer);
    }

    private static Prompt ofText(String text, Tokenizer tokenizer) {
        return orBeginning(tokenizer.encode(text), tokenizer);
    }

    /** Nothing to continue is the beginning of a document. */
    private static Prompt orBeginning(int[] tokens, Tokenizer tokenizer) {
        return new Prompt(tokens.length == 0 ? new int[] {tokenizer.endOfText()} : tokens);
    }

    private static int[] toArray(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}
