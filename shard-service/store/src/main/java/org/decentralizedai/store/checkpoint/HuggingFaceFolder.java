package org.decentralizedai.store.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.tokenizer.Tokenizer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A model as a folder that Hugging Face's tools open. */
final class HuggingFaceFolder {
    private HuggingFaceFolder() {}

    static void write(InputStream safetensors, ModelConfig config, Tokenizer tokenizer, Path folder)
            throws IOException {
        Files.createDirectories(folder);
        Files.copy(safetensors, folder.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        Files.write(folder.resolve("config.json"), ModelConfigJson.write(config, tokenizer.endOfText()));
        Files.write(folder.resolve("tokenizer.json"), tokenizer.tokenizerJson());
        Files.write(folder.resolve("tokenizer_config.json"), tokenizer.tokenizerConfigJson());
        Files.write(folder.resolve("generation_config.json"), generationConfig(tokenizer));
    }

    private static byte[] generationConfig(Tokenizer tokenizer) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.putArray("eos_token_id").add(tokenizer.endOfText()).add(tokenizer.end());
        root.put("pad_token_id", tokenizer.endOfText()).put("do_sample", true);
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }
}
