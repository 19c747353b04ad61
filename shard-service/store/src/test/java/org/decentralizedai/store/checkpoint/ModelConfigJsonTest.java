package org.decentralizedai.store.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.decentralizedai.model.ModelConfig;
import org.junit.jupiter.api.Test;

class ModelConfigJsonTest {
    private static final String LLAMA = """
            {"model_type":"llama","vocab_size":32000,"hidden_size":256,"num_hidden_layers":2,"num_attention_heads":8,
             "intermediate_size":512,"rope_scaling":null}""";

    private static ModelConfig read(String json) {
        return ModelConfigJson.read(json.getBytes(UTF_8));
    }

    private static void assertRefused(String json, String words) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(words);
    }

    @Test
    void read_writtenPresets_equal() {
        for (var config : List.of(ModelConfig.nano(), ModelConfig.tiny(), ModelConfig.small(), ModelConfig.base()))
            assertThat(ModelConfigJson.read(ModelConfigJson.write(config, 256))).isEqualTo(config);
    }

    @Test
    void read_fieldsLeftOut_defaultsOfLlama() {
        assertThat(read(LLAMA)).isEqualTo(new ModelConfig(32000, 256, 2, 8, 8, 32, 512, 2048, 10_000, 1e-6, false));
    }

    @Test
    void read_ropeParameters_theirTheta() {
        String newer = "\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":500000.0}";
        assertThat(read(LLAMA.replace("\"rope_scaling\":null", newer)).ropeTheta())
                .isEqualTo(500_000);
        assertRefused(LLAMA.replace("\"rope_scaling\":null", newer.replace("default", "yarn")), "rope_type");
    }

    @Test
    void read_unsupported_refusedByName() {
        assertRefused(LLAMA.replace("llama", "gpt2"), "model_type must be llama: gpt2");
        assertRefused(LLAMA.replace("\"rope_scaling\":null", "\"rope_scaling\":{}"), "rope_scaling");
        assertRefused(LLAMA.replace("\"rope_scaling\":null", "\"attention_bias\":true"), "attention_bias");
        assertRefused(LLAMA.replace("\"rope_scaling\":null", "\"hidden_act\":\"gelu\""), "hidden_act must be silu");
        assertRefused(LLAMA.replace("\"rope_scaling\":null", "\"quantization_config\":{}"), "quantization_config");
        assertRefused(LLAMA.replace("32000", "128256"), "vocabulary must fit 16 bits");
        assertRefused(LLAMA.replace("\"hidden_size\":256,", ""), "hidden_size is missing");
        assertRefused(LLAMA.replace("256", "\"256\""), "not as expected");
        assertRefused(LLAMA.replace("\"num_attention_heads\":8", "\"num_attention_heads\":0"), "num_attention_heads");
        assertRefused("[1]", "must be a JSON object");
        assertRefused("{", "not as expected");
    }
}
