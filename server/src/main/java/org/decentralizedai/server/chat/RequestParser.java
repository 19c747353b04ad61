package org.decentralizedai.server.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import org.decentralizedai.store.djl.Sampling;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and checks the body of a request. Thread-safe. */
final class RequestParser {
    static final double MAX_TEMPERATURE = 2;
    static final double MAX_TOP_P = 1;
    static final int MAX_STOPS = 4;
    static final int MAX_CHOICES = 8;
    static final int MAX_LIKELIEST = 20; // OpenAI's, as the next one
    static final int MAX_LIKELIEST_OF_TEXT = 5;
    static final int MAX_STOP_LENGTH = 256;
    private static final int TEXT_DEFAULT_TOKENS = 16; // OpenAI's
    private static final double SMALLEST_TOP_P = 1e-9; // 0 means: only the likeliest token

    private final JsonMapper json;
    private final Tokenizer tokenizer;
    private final ChatSettings settings;

    RequestParser(JsonMapper json, Tokenizer tokenizer, ChatSettings settings) {
        this.json = json;
        this.tokenizer = tokenizer;
        this.settings = settings;
    }

    /** @throws ChatException for whatever is wrong with it */
    CompletionRequest parse(Api api, byte[] body) {
        var fields = new Fields(tree(body));
        String model = fields.text("model");
        Unsupported.check(api, fields);
        boolean stream = fields.flag("stream");
        var sampling = sampling(api, fields);
        int likeliest = likeliest(api, fields);
        return new CompletionRequest(
                api,
                model,
                prompt(api, fields),
                sampling,
                choices(fields, sampling.maxTokens()),
                likeliest >= 0,
                Math.max(0, likeliest),
                stops(fields.get("stop")),
                stream,
                includeUsage(fields.get("stream_options"), stream));
    }

    private JsonNode tree(byte[] body) {
        try {
            return json.readTree(body);
        } catch (JacksonException e) {
            throw new ChatException(
                    ChatError.INVALID_JSON, "The body is not valid JSON: " + e.getOriginalMessage(), null);
        }
    }

    private Prompt prompt(Api api, Fields fields) {
        return switch (api) {
            case CHAT -> Prompt.ofChat(fields, tokenizer);
            case TEXT -> Prompt.ofCompletion(fields, tokenizer);
        };
    }

    private Sampling sampling(Api api, Fields fields) {
        double temperature = fields.number("temperature", 0, MAX_TEMPERATURE, 1);
        double topP = Math.max(fields.number("top_p", 0, MAX_TOP_P, 1), SMALLEST_TOP_P);
        @Nullable Long seed = fields.longInteger("seed");
        return new Sampling(
                temperature,
                topP,
                maxTokens(api, fields),
                seed == null ? ThreadLocalRandom.current().nextLong() : seed,
                Set.of(tokenizer.endOfText(), tokenizer.end(), tokenizer.user(), tokenizer.assistant()));
    }

    private int maxTokens(Api api, Fields fields) {
        if (fields.get("max_tokens") != null && fields.get("max_completion_tokens") != null)
            throw new ChatException(
                    ChatError.INVALID_VALUE,
                    "Give either 'max_tokens' or 'max_completion_tokens', not both.",
                    "max_tokens");
        String name = fields.get("max_tokens") != null ? "max_tokens" : "max_completion_tokens";
        return fields.integer(name, 1, settings.maxTokens(), defaultTokens(api, settings));
    }

    static int defaultTokens(Api api, ChatSettings settings) {
        return Math.min(settings.maxTokens(), api == Api.TEXT ? TEXT_DEFAULT_TOKENS : settings.defaultTokens());
    }

    private int choices(Fields fields, int maxTokens) {
        int choices = fields.integer("n", 1, MAX_CHOICES, 1);
        if (choices > 1 && (long) choices * maxTokens > settings.maxTokens())
            throw new ChatException(
                    ChatError.INVALID_VALUE,
                    "'n' answers of " + maxTokens + " tokens are too much: together they may have "
                            + settings.maxTokens() + ".",
                    "n");
        return choices;
    }

    /** How many likeliest tokens are told with each; -1: nothing about probabilities. The two APIs ask for it differently. */
    private static int likeliest(Api api, Fields fields) {
        if (api == Api.TEXT) return fields.integer("logprobs", 0, MAX_LIKELIEST_OF_TEXT, -1);
        if (fields.flag("logprobs")) return fields.integer("top_logprobs", 0, MAX_LIKELIEST, 0);
        if (fields.get("top_logprobs") != null)
            throw new ChatException(
                    ChatError.INVALID_VALUE, "'top_logprobs' is only allowed when 'logprobs' is true.", "top_logprobs");
        return -1;
    }

    private static List<String> stops(@Nullable JsonNode stop) {
        if (stop == null) return List.of();
        if (stop.isString()) return List.of(stopText(stop));
        if (!stop.isArray()) throw Fields.wrongType("stop", "a string or an array of strings");
        if (stop.size() > MAX_STOPS)
            throw new ChatException(
                    ChatError.INVALID_VALUE, "'stop' must have at most " + MAX_STOPS + " strings.", "stop");
        var stops = new ArrayList<String>();
        for (JsonNode text : stop) stops.add(stopText(text));
        return List.copyOf(stops);
    }

    private static String stopText(JsonNode node) {
        if (!node.isString()) throw Fields.wrongType("stop", "a string or an array of strings");
        String text = node.stringValue();
        if (text.isEmpty() || text.length() > MAX_STOP_LENGTH)
            throw new ChatException(
                    ChatError.INVALID_VALUE, "A stop text must have 1 to " + MAX_STOP_LENGTH + " characters.", "stop");
        return text;
    }

    private static boolean includeUsage(@Nullable JsonNode options, boolean stream) {
        if (options == null) return false;
        if (!options.isObject()) throw Fields.wrongType("stream_options", "an object");
        if (!stream)
            throw new ChatException(
                    ChatError.INVALID_VALUE,
                    "'stream_options' is only allowed when 'stream' is true.",
                    "stream_options");
        return new Fields(options).flag("include_usage");
    }
}
