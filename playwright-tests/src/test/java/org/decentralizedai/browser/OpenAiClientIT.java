package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.Scope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's official Java client with nothing changed but the address. */
class OpenAiClientIT {
    @TempDir
    static Path folder;

    private static ChatFixture server;
    private static String customer;
    private static OpenAIClient client;

    @BeforeAll
    static void start() {
        server = new ChatFixture(folder);
        customer = server.billing.customers().open("Ada").id();
        server.billing.grant("1", customer, BigInteger.valueOf(1_000_000), "a gift");
        client = client(key(customer, KeyTerms.named("test")), 0);
    }

    private static String key(String customer, KeyTerms terms) {
        return server.billing.keys().create(customer, terms).text().reveal();
    }

    private static OpenAIClient client(String key, int retries) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey(key)
                .maxRetries(retries)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void chat_whole_hasTextAndUsage() {
        ChatCompletion answer = client.chat().completions().create(request().build());
        assertThat(text(answer)).isNotEmpty();
        assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(24);
        assertThat(answer.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
        assertThat(answer.model()).isEqualTo(ChatFixture.MODEL);
    }

    @Test
    void chat_streamed_isTheWholeAnswer() {
        String whole = text(client.chat().completions().create(request().build()));
        var parts = ChatCompletionAccumulator.create();
        var options = ChatCompletionStreamOptions.builder().includeUsage(true).build();
        try (var stream = client.chat()
                .completions()
                .createStreaming(request().streamOptions(options).build())) {
            stream.stream().forEach(parts::accumulate);
        }
        ChatCompletion answer = parts.chatCompletion();
        assertThat(text(answer)).isEqualTo(whole);
        assertThat(answer.usage().orElseThrow().promptTokens()).isEqualTo("Once upon".length());
    }

    @Test
    void completion_olderApi_continuesThePrompt() {
        var answer = client.completions()
                .create(CompletionCreateParams.builder()
                        .model(ChatFixture.MODEL)
                        .prompt("Once upon")
                        .temperature(0)
                        .maxTokens(24)
                        .build());
        assertThat(answer.choices().getFirst().text())
                .isEqualTo(text(client.chat().completions().create(request().build())));
    }

    @Test
    void models_listAndOne_areTheServedOne() {
        assertThat(client.models().list().data())
                .singleElement()
                .satisfies(model -> assertThat(model.id()).isEqualTo(ChatFixture.MODEL));
        assertThat(client.models().retrieve(ChatFixture.MODEL).ownedBy()).isEqualTo("decentralizedai");
    }

    @Test
    void errors_arriveAsTheClientsOwn() {
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(request().model("gpt-9").build()))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("gpt-9");
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(request().frequencyPenalty(1).build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("'frequency_penalty' is not supported");
    }

    @Test
    void choices_andProbabilities() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(request().n(2).logprobs(true).topLogprobs(2).build());
        assertThat(answer.choices()).hasSize(2);
        var tokens =
                answer.choices().getLast().logprobs().orElseThrow().content().orElseThrow();
        assertThat(tokens).hasSize(24);
        assertThat(tokens.getFirst().topLogprobs()).hasSize(2);
    }

    @Test
    void stop_endsTheAnswerBeforeIt() {
        String whole = text(client.chat().completions().create(request().build()));
        String stop = whole.substring(5, 7);
        ChatCompletion answer =
                client.chat().completions().create(request().stop(stop).build());
        assertThat(text(answer)).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(answer.choices().getFirst().finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    }

    @Test
    void wrongKey_isUnauthorized() {
        var stranger = client("unused", 2);
        assertThatThrownBy(() -> stranger.chat().completions().create(request().build()))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("API key");
        assertThatThrownBy(() -> stranger.models().list()).isInstanceOf(UnauthorizedException.class);
        stranger.close();
    }

    @Test
    void emptyBalance_is402_andIsNotTriedAgain() {
        var poor = client(key(server.billing.customers().open("Bob").id(), KeyTerms.named("test")), 2);
        assertThatThrownBy(() -> poor.chat().completions().create(request().build()))
                .isInstanceOfSatisfying(UnexpectedStatusCodeException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(402);
                    assertThat(e.code()).contains("insufficient_quota");
                });
        poor.close();
    }

    @Test
    void tooManyRequests_is429_andWaitingHelps() {
        var slow = key(customer, new KeyTerms("slow", Set.of(Scope.INFERENCE), null, 30L, null));
        var hasty = client(slow, 0);
        var patient = client(slow, 2);
        var one = request().maxCompletionTokens(1).build();
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 60; i++) hasty.chat().completions().create(one);
                })
                .isInstanceOfSatisfying(RateLimitException.class, e -> {
                    assertThat(e.code()).contains("rate_limit_exceeded");
                    assertThat(e.headers().values("retry-after")).isNotEmpty();
                    assertThat(e.headers().values("x-ratelimit-limit-requests")).containsExactly("30");
                });
        assertThat(text(patient.chat().completions().create(one))).isNotEmpty();
        hasty.close();
        patient.close();
    }

    @Test
    void answers_arePaidByTheToken() {
        long before = server.billing.balance(customer).longValueExact();
        client.chat().completions().create(request().build());
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(
                                before - server.billing.balance(customer).longValueExact())
                        .isEqualTo("Once upon".length() + 3 * 24));
    }

    private static ChatCompletionCreateParams.Builder request() {
        return ChatCompletionCreateParams.builder()
                .model(ChatFixture.MODEL)
                .addUserMessage("Once upon")
                .temperature(0)
                .maxCompletionTokens(24);
    }

    private static String text(ChatCompletion answer) {
        return answer.choices().getFirst().message().content().orElseThrow();
    }
}
