package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.CompletionCreateParams;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's official Java client with nothing changed but the address. */
class OpenAiClientIT {
    @TempDir
    static Path folder;

    private static ChatFixture server;
    private static OpenAIClient client;

    @BeforeAll
    static void start() {
        server = new ChatFixture(folder);
        client = OpenAIOkHttpClient.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey("unused")
                .maxRetries(0)
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
        assertThatThrownBy(
                        () -> client.chat().completions().create(request().n(2).build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("'n' is not supported");
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
