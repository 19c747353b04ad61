package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.decentralizedai.store.djl.Generator;
import org.decentralizedai.store.djl.Sampling;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ChatRoutesTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String TEXT = "/v1/completions";
    private static final int ENDLESS = 10_000_000; // takes hours: whatever ends earlier was ended

    @TempDir
    Path folder;

    private ServedCheckpoint checkpoint;
    private ChatServer server;

    @BeforeEach
    void start() {
        checkpoint = TinyCheckpoint.write(folder, 1);
        var settings = new ChatSettings(1, 1, 1000, ENDLESS, 50, 3600, 1 << 20);
        server = new ChatServer(checkpoint, settings);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void chat_seed_isTheGeneratorsOwnText() throws Exception {
        JsonNode reply =
                ok(CHAT, chat("Hello", "\"seed\": 7, \"max_tokens\": 40, \"temperature\": 0.9, \"top_p\": 0.8"));
        assertThat(reply.at("/choices/0/message/content").stringValue()).isEqualTo(generated("Hello", 40, 7));
        assertThat(reply.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
        assertThat(reply.get("object").stringValue()).isEqualTo("chat.completion");
        assertThat(reply.get("id").stringValue()).startsWith("chatcmpl-");
        assertThat(reply.get("model").stringValue()).isEqualTo("tiny-test");
        assertThat(reply.get("system_fingerprint").stringValue())
                .isEqualTo("fp_" + checkpoint.hash().hex().substring(0, 12));
        assertThat(reply.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
        assertThat(reply.at("/usage/completion_tokens").intValue()).isEqualTo(40);
        assertThat(reply.at("/usage/total_tokens").intValue()).isEqualTo(45);
    }

    @Test
    void chat_streamed_piecesAreTheWholeAnswer() throws Exception {
        String options = "\"seed\": 3, \"max_tokens\": 30, \"temperature\": 0.9, \"top_p\": 0.8";
        JsonNode whole = ok(CHAT, chat("Hello", options));
        var response = server.post(
                CHAT, chat("Hello", options + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));
        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith("text/event-stream");
        List<String> events = ChatServer.events(response);
        assertThat(events.getLast()).isEqualTo("[DONE]");
        List<JsonNode> chunks = events.subList(0, events.size() - 1).stream()
                .map(ChatRoutesTest::tree)
                .toList();
        assertThat(chunks.getFirst().at("/choices/0/delta/role").stringValue()).isEqualTo("assistant");
        var text = new StringBuilder();
        for (JsonNode chunk : chunks)
            text.append(chunk.at("/choices/0/delta/content").asString(""));
        assertThat(text).hasToString(whole.at("/choices/0/message/content").stringValue());
        JsonNode counts = chunks.getLast(), last = chunks.get(chunks.size() - 2);
        assertThat(last.at("/choices/0/finish_reason")).isEqualTo(whole.at("/choices/0/finish_reason"));
        assertThat(last.get("usage").isNull()).isTrue();
        assertThat(counts.get("choices").isEmpty()).isTrue();
        assertThat(counts.get("usage")).isEqualTo(whole.get("usage"));
    }

    @Test
    void chat_messages_areJoinedByAnEmptyLine() throws Exception {
        String joined = text(ok(TEXT, completion("Be brief.\n\nOne\n\ntwo", "\"temperature\": 0, \"max_tokens\": 20")));
        String body = """
                {"model": "tiny-test", "temperature": 0, "max_completion_tokens": 20, "user": "ignored", "messages": [
                  {"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "One"}]},
                  {"role": "assistant", "content": "two"}]}
                """;
        assertThat(ok(CHAT, body).at("/choices/0/message/content").stringValue())
                .isEqualTo(joined);
    }

    @Test
    void completion_temperatureZero_isTheSameForEverySeed() throws Exception {
        String greedy = text(ok(TEXT, completion("abc", "\"temperature\": 0, \"seed\": 1, \"max_tokens\": 25")));
        assertThat(text(ok(TEXT, completion("abc", "\"temperature\": 0, \"seed\": 2, \"max_tokens\": 25"))))
                .isEqualTo(greedy);
        assertThat(text(ok(TEXT, completion("abc", "\"seed\": 1, \"max_tokens\": 25"))))
                .isNotEqualTo(text(ok(TEXT, completion("abc", "\"seed\": 2, \"max_tokens\": 25"))));
    }

    @Test
    void completion_stopText_endsBeforeIt() throws Exception {
        String options = "\"seed\": 5, \"temperature\": 0.9, \"top_p\": 0.5, \"max_tokens\": 60";
        String whole = text(ok(TEXT, completion("abc", options)));
        String stop = whole.substring(10, 13); // three tokens or more
        JsonNode reply =
                ok(TEXT, completion("abc", options + ", \"stop\": [" + quoted("never") + "," + quoted(stop) + "]"));
        assertThat(text(reply)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(reply.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
        assertThat(reply.at("/usage/completion_tokens").intValue()).isBetween(3, 59);
        assertThat(reply.get("object").stringValue()).isEqualTo("text_completion");
    }

    @Test
    void choices_areThoseOfTheSeedsInARow_wholeAndStreamed() throws Exception {
        String options = "\"n\": 3, \"seed\": 7, \"max_tokens\": 40, \"temperature\": 0.9, \"top_p\": 0.8";
        JsonNode reply = ok(CHAT, chat("Hello", options));
        assertThat(reply.get("choices")).hasSize(3);
        var streamed = new StringBuilder[] {new StringBuilder(), new StringBuilder(), new StringBuilder()};
        for (String event : ChatServer.events(server.post(CHAT, chat("Hello", options + ", \"stream\": true"))))
            if (!event.equals("[DONE]")) {
                JsonNode choice = tree(event).at("/choices/0");
                streamed[choice.get("index").intValue()].append(
                        choice.at("/delta/content").asString(""));
            }
        for (int i = 0; i < 3; i++) {
            String text = reply.at("/choices/" + i + "/message/content").stringValue();
            assertThat(text).isEqualTo(generated("Hello", 40, 7 + i));
            assertThat(streamed[i]).hasToString(text);
            assertThat(reply.at("/choices/" + i + "/index").intValue()).isEqualTo(i);
        }
        assertThat(reply.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
        assertThat(reply.at("/usage/completion_tokens").intValue()).isBetween(43, 120);
    }

    @Test
    void logprobs_chat_areOfEachToken_withTheLikeliest() throws Exception {
        String options = "\"temperature\": 0, \"max_tokens\": 20, \"logprobs\": true, \"top_logprobs\": 3";
        JsonNode choice = ok(CHAT, chat("Hello", options)).at("/choices/0");
        JsonNode content = choice.at("/logprobs/content");
        assertThat(content).hasSize(20);
        for (JsonNode token : content) {
            assertThat(token.get("top_logprobs")).hasSize(3);
            assertThat(token.at("/top_logprobs/0/token"))
                    .as("greedy takes the likeliest")
                    .isEqualTo(token.get("token"));
            assertThat(token.get("logprob").doubleValue())
                    .isEqualTo(token.at("/top_logprobs/0/logprob").doubleValue())
                    .isGreaterThanOrEqualTo(token.at("/top_logprobs/1/logprob").doubleValue())
                    .isBetween(Math.log(1.0 / 264), 0.0);
            assertThat(token.get("bytes")).hasSize(1);
        }
        JsonNode streamed = tree(ChatServer.events(server.post(CHAT, chat("Hello", options + ", \"stream\": true")))
                .get(1));
        assertThat(streamed.at("/choices/0/logprobs/content/0")).isEqualTo(content.get(0));
    }

    @Test
    void logprobs_completion_haveOffsets_andNoneAreToldUnasked() throws Exception {
        JsonNode logprobs = ok(TEXT, completion("abc", "\"temperature\": 0, \"max_tokens\": 6, \"logprobs\": 2"))
                .at("/choices/0/logprobs");
        assertThat(logprobs.get("tokens")).hasSize(6);
        assertThat(logprobs.get("token_logprobs")).hasSize(6);
        assertThat(logprobs.at("/top_logprobs/5")).hasSize(2);
        assertThat(logprobs.at("/text_offset/0").intValue()).isZero();
        assertThat(ok(TEXT, completion("abc", "\"max_tokens\": 2"))
                        .at("/choices/0/logprobs")
                        .isNull())
                .isTrue();
    }

    @Test
    void completion_noLimitGiven_endsAtOpenAisDefault() throws Exception {
        assertThat(ok(TEXT, completion("abc", "\"seed\": 4"))
                        .at("/usage/completion_tokens")
                        .intValue())
                .isLessThanOrEqualTo(16);
    }

    @Test
    void completion_queueFull_is429() throws Exception {
        String endless = completion("abc", "\"stream\": true, \"temperature\": 0, \"max_tokens\": " + ENDLESS);
        try (var first = server.open(TEXT, endless)) {
            assertThat(first.read()).isPositive();
            var second = Thread.startVirtualThread(() -> postQuietly(completion("abc", "\"max_tokens\": 2")));
            await().until(() -> server.routes.occupied() == 2);
            HttpResponse<String> third = server.post(TEXT, completion("abc", "\"max_tokens\": 2"));
            assertThat(third.statusCode()).isEqualTo(429);
            assertThat(third.headers().firstValueAsLong("retry-after").orElseThrow())
                    .isPositive();
            assertThat(server.parsed(third).at("/error/code").stringValue()).isEqualTo("rate_limit_exceeded");
            first.close();
            assertThat(second.join(Duration.ofSeconds(30)))
                    .as("the waiting one gets its turn")
                    .isTrue();
        }
    }

    @Test
    void stream_callerLeaves_workerIsFree() throws Exception {
        try (var stream = server.open(
                TEXT, completion("abc", "\"stream\": true, \"temperature\": 0, \"max_tokens\": " + ENDLESS))) {
            assertThat(stream.read()).isPositive();
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> server.routes.occupied() == 0);
        ok(TEXT, completion("abc", "\"max_tokens\": 2"));
    }

    @Test
    void whole_callerLeaves_workerIsFree() throws Exception {
        try (var body = server.open(TEXT, completion("abc", "\"temperature\": 0, \"max_tokens\": " + ENDLESS))) {
            assertThat(body.read()).isEqualTo(' ');
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> server.routes.occupied() == 0);
    }

    @Test
    void close_answerUnderWay_endsIt() throws Exception {
        try (var stream = server.open(
                TEXT, completion("abc", "\"stream\": true, \"temperature\": 0, \"max_tokens\": " + ENDLESS))) {
            assertThat(stream.read()).isPositive();
            server.routes.close();
            await().atMost(Duration.ofSeconds(10)).until(() -> server.routes.occupied() == 0);
        }
    }

    @Test
    void completion_promotedMidAnswer_nextAnswerComesFromTheNewOne() throws Exception {
        ServedCheckpoint next = TinyCheckpoint.write(folder, 2);
        String before, after;
        try (var stream =
                server.open(TEXT, completion("abc", "\"stream\": true, \"temperature\": 0, \"max_tokens\": 2000"))) {
            assertThat(stream.read()).isPositive();
            server.promoted = next;
            String rest = new String(stream.readAllBytes());
            before = checkpoint.fingerprint();
            assertThat(rest).contains(before).doesNotContain(next.fingerprint()).endsWith("data: [DONE]\n\n");
        }
        after = ok(TEXT, completion("abc", "\"max_tokens\": 2"))
                .get("system_fingerprint")
                .stringValue();
        assertThat(after).isEqualTo(next.fingerprint()).isNotEqualTo(before);
    }

    @Test
    void models_listsThePromotedOne() throws Exception {
        JsonNode list = server.parsed(server.get("/v1/models"));
        assertThat(list.at("/data/0/id").stringValue()).isEqualTo("tiny-test");
        assertThat(list.at("/data/0/checkpoint").stringValue())
                .isEqualTo(checkpoint.hash().hex());
        JsonNode one = server.parsed(server.get("/v1/models/tiny-test"));
        assertThat(one).isEqualTo(list.at("/data/0"));
    }

    @Test
    void nothingPromoted_completionIs503_modelsIsEmpty() throws Exception {
        server.promoted = null;
        HttpResponse<String> refused = server.post(CHAT, chat("x", "\"max_tokens\": 1"));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(server.parsed(refused).at("/error/code").stringValue()).isEqualTo("model_not_ready");
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
        assertThat(server.parsed(server.get("/v1/models")).get("data").isEmpty())
                .isTrue();
    }

    private String generated(String prompt, int maxTokens, long seed) {
        var tokenizer = new ByteTokenizer();
        var text = new StringBuilder();
        var decoder = tokenizer.decoder();
        try (var generator =
                new Generator(TinyCheckpoint.CONFIG, checkpoint.weights().get())) {
            generator.generate(
                    tokenizer.encode(prompt),
                    new Sampling(0.9, 0.8, maxTokens, seed, Set.of(256, 257, 258, 259)),
                    (token, _) -> {
                        text.append(decoder.accept(token));
                        return true;
                    });
        }
        return text.append(decoder.finish()).toString();
    }

    private void postQuietly(String body) {
        try {
            server.post(TEXT, body);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode ok(String path, String body) throws Exception {
        HttpResponse<String> response = server.post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return server.parsed(response);
    }

    private static String text(JsonNode reply) {
        return reply.at("/choices/0/text").stringValue();
    }

    private static JsonNode tree(String json) {
        return JsonMapper.builder().build().readTree(json);
    }

    private static String quoted(String text) {
        return JsonMapper.builder().build().writeValueAsString(text);
    }

    private static String chat(String content, String options) {
        return "{\"model\": \"tiny-test\", \"messages\": [{\"role\": \"user\", \"content\": " + quoted(content) + "}], "
                + options + "}";
    }

    private static String completion(String prompt, String options) {
        return "{\"model\": \"tiny-test\", \"prompt\": " + quoted(prompt) + ", " + options + "}";
    }
}
