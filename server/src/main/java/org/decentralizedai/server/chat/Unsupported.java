package org.decentralizedai.server.chat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import tools.jackson.databind.JsonNode;

/**
 * Fields of OpenAI's API that would change the answer and that we don't have: refused, unless they carry the value that means
 * "off". Fields that change nothing a caller could see ({@code user}, {@code metadata}, {@code store} ...) are ignored; names that the API
 * does not have are refused, for they are typing mistakes.
 */
final class Unsupported {
    private static final Predicate<JsonNode> NEVER = _ -> false;
    private static final Predicate<JsonNode> EMPTY = node -> node.isContainer() && node.isEmpty();
    private static final Predicate<JsonNode> ZERO = node -> node.isNumber() && node.doubleValue(Double.NaN) == 0;
    private static final Predicate<JsonNode> ONE = node -> node.isNumber() && node.doubleValue(Double.NaN) == 1;
    private static final Predicate<JsonNode> FALSE = node -> node.isBoolean() && !node.booleanValue();

    private record Rule(String field, Predicate<JsonNode> off) {}

    private static final List<Rule> RULES = List.of(
            new Rule("tools", EMPTY),
            new Rule("tool_choice", node -> isText(node, "none") || isText(node, "auto")),
            new Rule("functions", EMPTY),
            new Rule("function_call", node -> isText(node, "none") || isText(node, "auto")),
            new Rule("response_format", node -> isText(node.path("type"), "text")),
            new Rule("best_of", ONE),
            new Rule("audio", NEVER),
            new Rule("modalities", node -> node.isArray() && node.size() == 1 && isText(node.get(0), "text")),
            new Rule("logit_bias", EMPTY),
            new Rule("presence_penalty", ZERO),
            new Rule("frequency_penalty", ZERO),
            new Rule("prediction", NEVER),
            new Rule("reasoning_effort", node -> isText(node, "none")),
            new Rule("verbosity", NEVER),
            new Rule("web_search_options", NEVER),
            new Rule("echo", FALSE),
            new Rule("suffix", node -> isText(node, "")));

    private static final Set<String> READ = Set.of(
            "model",
            "messages",
            "prompt",
            "temperature",
            "top_p",
            "max_tokens",
            "max_completion_tokens",
            "seed",
            "stop",
            "n",
            "logprobs",
            "top_logprobs",
            "stream",
            "stream_options");
    static final Set<String> IGNORED = Set.of(
            "user",
            "metadata",
            "store",
            "service_tier",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "parallel_tool_calls");
    private static final Set<String> KNOWN =
            Stream.of(READ, IGNORED, names(RULES)).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    /** What only the other of the two has. */
    private static final Map<Api, Set<String>> FOREIGN = Map.of(
            Api.CHAT,
            Set.of("prompt", "best_of", "echo", "suffix"),
            Api.TEXT,
            Set.of(
                    "messages",
                    "top_logprobs",
                    "tools",
                    "tool_choice",
                    "functions",
                    "function_call",
                    "response_format",
                    "audio",
                    "modalities",
                    "prediction",
                    "reasoning_effort",
                    "verbosity",
                    "web_search_options"));

    private Unsupported() {}

    /** Names that {@link #check} refuses unless they are off. */
    static Set<String> refused(Api api) {
        return RULES.stream()
                .map(Rule::field)
                .filter(field -> !foreign(api).contains(field))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> foreign(Api api) {
        return FOREIGN.getOrDefault(api, Set.of());
    }

    private static Set<String> names(List<Rule> rules) {
        return rules.stream().map(Rule::field).collect(Collectors.toSet());
    }

    static void check(Api api, Fields fields) {
        for (String name : fields.names())
            if (!KNOWN.contains(name) || foreign(api).contains(name))
                throw new ChatException(
                        ChatError.UNKNOWN, "There is no parameter '" + Fields.shown(name) + "'.", Fields.shown(name));
        for (Rule rule : RULES) {
            JsonNode value = fields.get(rule.field);
            if (value != null && !rule.off.test(value))
                throw new ChatException(
                        ChatError.UNSUPPORTED, "'" + rule.field + "' is not supported by this server.", rule.field);
        }
    }

    private static boolean isText(JsonNode node, String text) {
        return node.isString() && node.stringValue().equals(text);
    }
}
