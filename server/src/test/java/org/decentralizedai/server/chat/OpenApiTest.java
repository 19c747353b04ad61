package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The description says what the parser does. */
class OpenApiTest {
    private static final ChatSettings SETTINGS = ChatSettings.defaults();

    private final JsonMapper json = JsonMapper.builder().build();
    private final RequestParser parser = new RequestParser(json, new ByteTokenizer(), SETTINGS);

    @TempDir
    Path folder;

    @Test
    void document_isServed_andItsReferencesLeadSomewhere() throws Exception {
        try (var server = new ChatServer(TinyCheckpoint.write(folder, 1), SETTINGS)) {
            var response = server.get("/openapi.json");
            assertThat(response.statusCode()).isEqualTo(200);
            var document = server.parsed(response);
            assertThat(document.get("paths").propertyNames())
                    .containsExactly("/v1/chat/completions", "/v1/completions", "/v1/models", "/v1/models/{id}");
            assertThat(document.at("/paths/~1v1~1models~1{id}/get/parameters/0/name")
                            .stringValue())
                    .isEqualTo("id");
            assertThat(document.at("/paths/~1v1~1completions/post/responses").propertyNames())
                    .contains("200", "400", "401", "402", "404", "429", "503");
            var references = new ArrayList<String>();
            collect(document, references);
            assertThat(references)
                    .isNotEmpty()
                    .allSatisfy(to -> assertThat(document.at(to.substring(1)).isObject())
                            .as(to)
                            .isTrue());
        }
    }

    private static void collect(JsonNode node, List<String> references) {
        if (node.has("$ref")) references.add(node.get("$ref").stringValue());
        for (JsonNode child : node) collect(child, references);
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void fields_areKnownToTheParser_andNoOthers(Api api) {
        for (String name : schema(api).get("properties").propertyNames()) {
            var request = smallest(api);
            if (!request.has(name)) request.putNull(name);
            parse(api, request);
        }
        for (String name : List.of(api == Api.CHAT ? "prompt" : "messages", "max_tokns")) {
            assertThat(schema(api).get("properties").has(name)).isFalse();
            assertRefused(api, smallest(api).putNull(name));
        }
    }

    @ParameterizedTest
    @EnumSource(Api.class)
    void limits_areTheParsers(Api api) {
        int checked = 0;
        for (var field : schema(api).get("properties").properties()) {
            var limits = field.getValue();
            if (!limits.has("minimum")) continue;
            checked++;
            String name = field.getKey();
            double min = limits.get("minimum").doubleValue(),
                    max = limits.get("maximum").doubleValue();
            parse(api, with(api, name, min));
            parse(api, with(api, name, max));
            assertRefused(api, with(api, name, min - 1));
            assertRefused(api, with(api, name, max + 1));
        }
        assertThat(checked).isEqualTo(6);
    }

    private ObjectNode with(Api api, String name, double value) {
        var request = smallest(api);
        if (api == Api.CHAT && name.equals("top_logprobs")) request.put("logprobs", true);
        if (name.equals("n")) request.put("max_tokens", 1);
        return value == Math.rint(value) ? request.put(name, (int) value) : request.put(name, value);
    }

    private JsonNode schema(Api api) {
        return new RequestSchema(json, SETTINGS).of(api);
    }

    private ObjectNode smallest(Api api) {
        var request = json.createObjectNode().put("model", "nano");
        if (api == Api.CHAT)
            request.putArray("messages").addObject().put("role", "user").put("content", "x");
        return request;
    }

    private void parse(Api api, ObjectNode request) {
        parser.parse(api, json.writeValueAsBytes(request));
    }

    private void assertRefused(Api api, ObjectNode request) {
        assertThatThrownBy(() -> parse(api, request)).as("%s", request).isInstanceOf(ChatException.class);
    }
}
