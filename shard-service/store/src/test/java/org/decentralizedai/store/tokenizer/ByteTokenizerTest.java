package org.decentralizedai.store.tokenizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ByteTokenizerTest {
    private final ByteTokenizer tokenizer = new ByteTokenizer();

    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "  two  spaces,\ttabs\r\nand\n\n\nlines ",
            "Grüße, señor! ŒÆ ÿ \u00ad \u00a0",
            "😀 👩‍👩‍👧‍👦 漢字 \u0000\u007f",
            "<|user|>Hello<|end|><|assistant|>Hi 😀<|end|><|endoftext|>",
            "<|user<|user|>|> <|<|end|>",
            "<|reserved_3|><|reserved_4|>",
            "The quick brown fox's 12345 jumps; 'tis don't we'll".repeat(60));

    @Test
    void tokenizerJson_huggingFaceReader_sameIdsAndText() throws IOException {
        System.setProperty("OPT_OUT_TRACKING", "true");
        try (var reader = HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(tokenizer.tokenizerJson()),
                Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false"))) {
            for (String text : TEXTS) {
                long[] ids = text.isEmpty() ? new long[0] : reader.encode(text).getIds();
                int[] ours = tokenizer.encodeWithSpecials(text);
                assertThat(LongStream.of(ids).mapToInt(id -> (int) id).toArray())
                        .as(text)
                        .isEqualTo(ours);
                if (text.contains("<|") || text.isEmpty()) continue;
                assertThat(reader.decode(ids)).isEqualTo(text);
            }
        }
    }

    @Test
    void encode_specialNameInPlainText_staysText() {
        assertThat(tokenizer.encode("<|end|>")).hasSize(7).doesNotContain(tokenizer.end());
        assertThat(tokenizer.encodeWithSpecials("a<|end|>")).containsExactly('a', tokenizer.end());
    }

    @Test
    void specials_ids_endTheVocabulary() {
        int[] ids = tokenizer.encodeWithSpecials("<|endoftext|><|user|><|assistant|><|end|><|reserved_3|>");
        assertThat(ids).containsExactly(256, 257, 258, 259, 263);
        assertThat(ids)
                .containsSubsequence(tokenizer.endOfText(), tokenizer.user(), tokenizer.assistant(), tokenizer.end());
        assertThat(tokenizer.vocabulary()).isEqualTo(264);
        assertThat(Arrays.stream(ids).map(tokenizer::bytes)).containsOnly(0);
    }

    @Property
    void decode_encodedText_isTheText(@ForAll String any) {
        String text = new String(any.getBytes(UTF_8), UTF_8); // no lone surrogates
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Property
    void decoder_anyBytes_piecesAreWholeCharactersAndJoinToTheJavaDecoding(@ForAll byte[] bytes) {
        TextDecoder decoder = tokenizer.decoder();
        var text = new StringBuilder();
        for (byte b : bytes) {
            String piece = decoder.accept(b & 255);
            if (!piece.isEmpty()) {
                assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
                assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                        .isFalse();
            }
            text.append(piece);
        }
        assertThat(text.append(decoder.finish())).hasToString(new String(bytes, UTF_8));
    }

    @Test
    void decoder_emojiByByte_appearsWithItsLastByte() {
        TextDecoder decoder = tokenizer.decoder();
        byte[] emoji = "😀".getBytes(UTF_8);
        for (int i = 0; i < 3; i++) assertThat(decoder.accept(emoji[i] & 255)).isEmpty();
        assertThat(decoder.accept(tokenizer.end())).isEmpty();
        assertThat(decoder.accept(emoji[3] & 255)).isEqualTo("😀");
        assertThat(decoder.accept(emoji[0] & 255)).isEmpty();
        assertThat(decoder.finish()).isEqualTo("\uFFFD");
    }

    @Test
    void tokenizerConfigJson_chatTemplate_namesOnlyOurSpecials() {
        var root = JsonMapper.shared().readTree(tokenizer.tokenizerConfigJson());
        assertThat(root.required("chat_template").stringValue()).contains("<|user|>", "<|assistant|>", "<|end|>");
        assertThat(root.required("added_tokens_decoder")
                        .required("259")
                        .required("content")
                        .stringValue())
                .isEqualTo("<|end|>");
    }
}
