package org.decentralizedai.server.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.checkpoint.ModelConfigJson;

/** A model by the name of its preset or by the path of its config.json. */
public final class ModelChoice {
    private ModelChoice() {}

    static String name(String wanted) {
        if (!wanted.endsWith(".json")) return wanted;
        var parent = Path.of(wanted).toAbsolutePath().getParent();
        var folder = parent == null ? null : parent.getFileName();
        String name = folder == null ? "custom" : folder.toString().replaceAll("[^A-Za-z0-9_-]", "-");
        return name.substring(0, Math.min(name.length(), 20));
    }

    public static ModelConfig config(String wanted) {
        return switch (wanted) {
            case "nano" -> ModelConfig.nano();
            case "tiny" -> ModelConfig.tiny();
            case "small" -> ModelConfig.small();
            case "base" -> ModelConfig.base();
            default -> read(Path.of(wanted));
        };
    }

    private static ModelConfig read(Path file) {
        if (!Files.isRegularFile(file))
            throw new IllegalArgumentException(
                    "--model must be nano, tiny, small, base or the path of a config.json: " + file);
        try {
            return ModelConfigJson.read(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
