package org.decentralizedai.server.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import tools.jackson.databind.json.JsonMapper;

/** No bytes make the parser throw anything but {@link ChatException} with a 4xx. {@code JAZZER_FUZZ=1} searches; else replays. */
class RequestParserFuzzTest {
    private final RequestParser parser =
            new RequestParser(JsonMapper.builder().build(), new ByteTokenizer(), ChatSettings.defaults());

    @FuzzTest(maxDuration = "60s")
    void parse_anyBytes_onlyChatException(byte[] body) {
        for (Api api : Api.values()) {
            try {
                var request = parser.parse(api, body);
                assertThat(request.prompt().length()).isPositive();
                assertThat(request.maxTokens())
                        .isBetween(1, ChatSettings.defaults().maxTokens());
            } catch (ChatException refused) {
                assertThat(refused.error().status).isBetween(400, 499);
            }
        }
    }
}
