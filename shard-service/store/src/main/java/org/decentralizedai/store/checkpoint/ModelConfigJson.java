package org.decentralizedai.store.checkpoint;

import org.decentralizedai.model.ModelConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Hugging Face's {@code config.json} of a Llama model; what a file leaves out has the default of {@code LlamaConfig}. */
public final class ModelConfigJson {
    private static final JsonMapper JSON = JsonMapper.shared();

    private ModelConfigJson() {}

    /** @throws CheckpointException when the file describes a model that we do not run, naming the field */
    public static ModelConfig read(byte[] json) {
        try {
            JsonNode root = JSON.readTree(json);
            if (!root.isObject()) throw new CheckpointException("config.json must be a JSON object");
            requireSupported(root);
            return config(root);
        } catch (JacksonException e) {
            throw new CheckpointException("config.json is not as expected: " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException("config.json: " + e.getMessage(), e);
        }
    }

    private static ModelConfig config(JsonNode root) {
        int hidden = number(root, "hidden_size"), heads = number(root, "num_attention_heads");
        if (heads <= 0) throw new CheckpointException("config.json: num_attention_heads must be > 0: " + heads);
        return new ModelConfig(
                number(root, "vocab_size"),
                hidden,
                number(root, "num_hidden_layers"),
                heads,
                present(root, "num_key_value_heads") ? number(root, "num_key_value_heads") : heads,
                present(root, "head_dim") ? number(root, "head_dim") : hidden / heads,
                number(root, "intermediate_size"),
                present(root, "max_position_embeddings") ? number(root, "max_position_embeddings") : 2048,
                ropeTheta(root),
                present(root, "rms_norm_eps") ? root.get("rms_norm_eps").doubleValue() : 1e-6,
                present(root, "tie_word_embeddings")
                        && root.get("tie_word_embeddings").booleanValue());
    }

    /** Newer files keep it in {@code rope_parameters}. */
    private static double ropeTheta(JsonNode root) {
        JsonNode holder = present(root, "rope_parameters") ? root.get("rope_parameters") : root;
        return present(holder, "rope_theta") ? holder.get("rope_theta").doubleValue() : 10_000;
    }

    private static void requireSupported(JsonNode root) {
        requireText(root, "model_type", "llama", true);
        requireText(root, "hidden_act", "silu", false);
        requireText(root.path("rope_parameters"), "rope_type", "default", false);
        for (String bias : new String[] {"attention_bias", "mlp_bias"})
            if (present(root, bias) && root.get(bias).booleanValue())
                throw new CheckpointException("config.json: models with " + bias + " are not supported");
        for (String feature : new String[] {"rope_scaling", "quantization_config"})
            if (present(root, feature))
                throw new CheckpointException("config.json: models with " + feature + " are not supported");
    }

    private static void requireText(JsonNode root, String field, String wanted, boolean needed) {
        if (!present(root, field) && !needed) return;
        String value = root.path(field).asString("missing");
        if (!value.equals(wanted))
            throw new CheckpointException("config.json: " + field + " must be " + wanted + ": " + value);
    }

    private static int number(JsonNode root, String field) {
        if (!present(root, field)) throw new CheckpointException("config.json: " + field + " is missing");
        return root.get(field).intValue();
    }

    private static boolean present(JsonNode root, String field) {
        return root.hasNonNull(field);
    }

    /** @param endOfText token id */
    public static byte[] write(ModelConfig config, int endOfText) {
        ObjectNode root = JSON.createObjectNode();
        root.putArray("architectures").add("LlamaForCausalLM");
        root.put("model_type", "llama");
        root.put("vocab_size", config.vocabulary());
        root.put("hidden_size", config.hidden());
        root.put("intermediate_size", config.intermediate());
        root.put("num_hidden_layers", config.layers());
        root.put("num_attention_heads", config.heads());
        root.put("num_key_value_heads", config.kvHeads());
        root.put("head_dim", config.headDim());
        root.put("max_position_embeddings", config.context());
        root.put("rope_theta", config.ropeTheta()).putNull("rope_scaling");
        root.put("rms_norm_eps", config.rmsNormEpsilon());
        root.put("tie_word_embeddings", config.tiedEmbeddings());
        root.put("hidden_act", "silu").put("attention_bias", false).put("mlp_bias", false);
        root.put("attention_dropout", 0.0).put("initializer_range", 0.02).put("use_cache", true);
        root.putNull("bos_token_id").put("eos_token_id", endOfText).put("torch_dtype", "float32");
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }
}
