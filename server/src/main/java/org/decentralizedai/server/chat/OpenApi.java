package org.decentralizedai.server.chat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API's OpenAPI 3.1 document: paths from its {@link Operation}s, requests from {@link RequestSchema}, errors from {@link ChatError};
 * the shapes of answers are in {@code openapi/answers.json}.
 */
final class OpenApi {
    /** Statuses that a request without a body may get too. */
    private static final Set<Integer> OF_ANY = Set.of(401, 404, 500, 503);

    private static final Pattern IN_PATH = Pattern.compile("\\{(\\w+)}");
    private static final String KEY = "key";

    private final JsonMapper json;
    private final ChatSettings settings;

    OpenApi(JsonMapper json, ChatSettings settings) {
        this.json = json;
        this.settings = settings;
    }

    ObjectNode document(List<Operation> operations) {
        ObjectNode document = json.createObjectNode().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "DecentralizedAI")
                .put("version", "1")
                .put(
                        "description",
                        "What OpenAI's clients use, over the promoted checkpoint. Without a key a little may be asked for nothing.");
        document.putArray("servers").addObject().put("url", "/");
        ObjectNode paths = document.putObject("paths");
        for (Operation operation : operations)
            paths.withObjectProperty(operation.path())
                    .set(operation.method().name().toLowerCase(Locale.ROOT), describe(operation));
        ObjectNode components = document.putObject("components");
        components
                .putObject("securitySchemes")
                .putObject(KEY)
                .put("type", "http")
                .put("scheme", "bearer");
        ObjectNode schemas = answers();
        for (Api api : Api.values()) schemas.set(nameOf(api), new RequestSchema(json, settings).of(api));
        components.set("schemas", schemas);
        return document;
    }

    private ObjectNode answers() {
        try (var file = OpenApi.class.getResourceAsStream("/openapi/answers.json")) {
            return (ObjectNode) json.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String nameOf(Api api) {
        return switch (api) {
            case CHAT -> "ChatRequest";
            case TEXT -> "TextRequest";
        };
    }

    private ObjectNode describe(Operation operation) {
        ObjectNode node =
                json.createObjectNode().put("operationId", operation.id()).put("summary", operation.summary());
        var security = node.putArray("security");
        security.addObject();
        security.addObject().putArray(KEY);
        var names = IN_PATH.matcher(operation.path());
        while (names.find())
            node.withArrayProperty("parameters")
                    .addObject()
                    .put("name", names.group(1))
                    .put("in", "path")
                    .put("required", true)
                    .putObject("schema")
                    .put("type", "string");
        var body = operation.body();
        if (body != null) content(node.putObject("requestBody").put("required", true), nameOf(body));
        ObjectNode responses = node.putObject("responses");
        ObjectNode answer = responses.putObject("200").put("description", "The answer.");
        content(answer, operation.answer());
        if (body != null)
            answer.withObjectProperty("content")
                    .putObject("text/event-stream")
                    .putObject("schema")
                    .put("type", "string");
        errors().forEach((status, codes) -> {
            if (body != null || OF_ANY.contains(status))
                content(responses.putObject(String.valueOf(status)).put("description", codes), "Error");
        });
        return node;
    }

    /** By status: the codes that it may carry. */
    private static TreeMap<Integer, String> errors() {
        return Arrays.stream(ChatError.values())
                .collect(Collectors.groupingBy(
                        error -> error.status,
                        TreeMap::new,
                        Collectors.mapping(
                                error -> error.code,
                                Collectors.collectingAndThen(
                                        Collectors.toSet(),
                                        codes -> codes.stream().sorted().collect(Collectors.joining(", "))))));
    }

    private static void content(ObjectNode node, String schema) {
        node.putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + schema);
    }
}
