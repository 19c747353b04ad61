package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong with a request, the caller gets a 4xx with OpenAI's error object. */
class BadRequestTest {
    private static final int MAX_BODY = 50_000;

    @TempDir
    static Path folder;

    private static ChatServer server;

    @BeforeAll
    static void start() {
        var settings = new ChatSettings(1, 8, 0, 200, 50, 60, MAX_BODY);
        server = new ChatServer(TinyCheckpoint.write(folder, 1), settings);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            temperature: "hot"          | temperature     | invalid_type
            temperature: -0.1           | temperature     | invalid_value
            temperature: 2.1            | temperature     | invalid_value
            temperature: 1e999          | temperature     | invalid_value
            top_p: 1.5                  | top_p           | invalid_value
            top_p: [1]                  | top_p           | invalid_type
            max_tokens: 0               | max_tokens      | invalid_value
            max_tokens: 201             | max_tokens      | invalid_value
            max_tokens: 99999999999     | max_tokens      | invalid_value
            max_tokens: 1.5             | max_tokens      | invalid_type
            max_completion_tokens: -1   | max_completion_tokens | invalid_value
            max_tokens: 1, "max_completion_tokens": 1 | max_tokens | invalid_value
            seed: "x"                   | seed            | invalid_type
            seed: 99999999999999999999  | seed            | invalid_value
            stop: 5                     | stop            | invalid_type
            stop: [1]                   | stop            | invalid_type
            stop: ""                    | stop            | invalid_value
            stop: ["a","b","c","d","e"] | stop            | invalid_value
            stream: "yes"               | stream          | invalid_type
            stream_options: {"include_usage": true} | stream_options | invalid_value
            n: 0                        | n               | invalid_value
            n: 9                        | n               | invalid_value
            n: 8                        | n               | invalid_value
            n: "1"                      | n               | invalid_type
            logprobs: 1                 | logprobs        | invalid_type
            top_logprobs: 2             | top_logprobs    | invalid_value
            logprobs: true, "top_logprobs": 21 | top_logprobs | invalid_value
            max_tokns: 5                | max_tokns       | unknown_parameter
            reasoning_effort: "high"    | reasoning_effort | unsupported_parameter
            tools: [{"type": "function"}] | tools         | unsupported_parameter
            response_format: {"type": "json_object"} | response_format | unsupported_parameter
            audio: {"voice": "alloy"}   | audio           | unsupported_parameter
            modalities: ["text","audio"] | modalities     | unsupported_parameter
            frequency_penalty: 0.5      | frequency_penalty | unsupported_parameter
            """)
    void chat_wrongField_isRefusedByName(String field, String param, String code) throws Exception {
        int colon = field.indexOf(':');
        String body = "{\"model\": \"tiny-test\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \""
                + field.substring(0, colon) + "\"" + field.substring(colon) + "}";
        assertRefused("/v1/chat/completions", body, 400, param, code);
    }

    @ParameterizedTest
    @CsvSource({
        "temperature, invalid_value",
        "max_tokens, invalid_value",
        "seed, invalid_value",
        "presence_penalty, unsupported_parameter"
    })
    void chat_integerThatNoDoubleHolds_isRefused(String field, String code) throws Exception {
        String body = "{\"model\": \"tiny-test\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"" + field
                + "\": " + "9".repeat(400) + "}";
        assertRefused("/v1/chat/completions", body, 400, field, code);
    }

    @Test
    void completion_integerThatNoDoubleHolds_isRefused() throws Exception {
        String body = "{\"model\": \"tiny-test\", \"prompt\": \"x\", \"best_of\": " + "9".repeat(400) + "}";
        assertRefused("/v1/completions", body, 400, "best_of", "unsupported_parameter");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            5                                              | messages            | invalid_type
            []                                             | messages            | invalid_value
            ["x"]                                          |                     | invalid_type
            [{"content": "x"}]                             | messages[0].role    | missing_required_parameter
            [{"role": "pirate", "content": "x"}]           | messages[0].role    | invalid_value
            [{"role": "tool", "content": "x"}]             | messages[0].role    | unsupported_parameter
            [{"role": "user"}]                             | messages[0].content | missing_required_parameter
            [{"role": "user", "content": 5}]               | messages[0].content | invalid_type
            [{"role": "user", "content": [{"type": "image_url"}]}] | messages[0].content[0].type | unsupported_parameter
            """)
    void chat_wrongMessages_isRefusedByPlace(String messages, String param, String code) throws Exception {
        assertRefused(
                "/v1/chat/completions", "{\"model\": \"tiny-test\", \"messages\": " + messages + "}", 400, param, code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            5            | invalid_type
            []           | invalid_value
            ["a", "b"]   | unsupported_parameter
            [1, "a"]     | invalid_type
            [-1]         | invalid_value
            [264]        | invalid_value
            """)
    void completion_wrongPrompt_isRefused(String prompt, String code) throws Exception {
        assertRefused("/v1/completions", "{\"model\": \"tiny-test\", \"prompt\": " + prompt + "}", 400, "prompt", code);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``                   | invalid_type
            {                    | invalid_json
            {"model": 1} x       | invalid_json
            [1]                  | invalid_type
            {}                   | missing_required_parameter
            {"model": null}      | missing_required_parameter
            {"model": 5}         | invalid_type
            """)
    void chat_wrongBody_isRefused(String body, String code) throws Exception {
        var response = server.post("/v1/chat/completions", body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        assertThat(server.parsed(response).at("/error/code").stringValue()).isEqualTo(code);
    }

    @Test
    void chat_bodyThatBreaksOff_isRefused() throws Exception {
        try (var socket = server.connect()) {
            socket.setSoTimeout(20_000);
            String request = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 400").contains("invalid_json");
        }
    }

    @Test
    void chat_deeplyNestedBody_isRefused() throws Exception {
        assertThat(server.post("/v1/chat/completions", "[".repeat(MAX_BODY)).statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatThisServerDoesNotHave_is404_inTheApisShape() throws Exception {
        for (String path : List.of("/v1/embeddings", "/v1/images/generations", "/v1/models/a/b", "/v1/models"))
            assertRefused(path, "{\"model\": \"tiny-test\", \"input\": \"x\"}", 404, null, "unknown_url");
        var got = server.get("/v1/chat/completions");
        assertThat(got.statusCode()).isEqualTo(404);
        assertThat(server.parsed(got).at("/error/message").stringValue()).contains("GET /v1/chat/completions");
        assertThat(got.headers().firstValue("x-request-id")).isPresent();
    }

    @Test
    void chat_unknownModel_is404() throws Exception {
        assertRefused(
                "/v1/chat/completions",
                "{\"model\": \"gpt-9\", \"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}",
                404,
                "model",
                "model_not_found");
        assertThat(server.get("/v1/models/gpt-9").statusCode()).isEqualTo(404);
    }

    @Test
    void completion_promptTooLong_isRefused() throws Exception {
        assertRefused(
                "/v1/completions",
                "{\"model\": \"tiny-test\", \"prompt\": \"" + "x".repeat(101) + "\"}",
                400,
                null,
                "context_length_exceeded");
    }

    @Test
    void completion_hugeBody_is413() throws Exception {
        assertRefused(
                "/v1/completions",
                "{\"model\": \"tiny-test\", \"prompt\": \"" + "x".repeat(MAX_BODY) + "\"}",
                413,
                null,
                "request_too_large");
    }

    private static void assertRefused(String path, String body, int status, @Nullable String param, String code)
            throws Exception {
        var response = server.post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("application/json");
        var error = server.parsed(response).get("error");
        assertThat(error.get("code").stringValue()).isEqualTo(code);
        assertThat(error.get("type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(error.get("message").stringValue()).isNotBlank();
        if (param == null)
            assertThat(error.get("param").isNull() || code.equals("invalid_type"))
                    .isTrue();
        else assertThat(error.get("param").stringValue()).isEqualTo(param);
    }
}
