package org.decentralizedai.server.train;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the operator asks for; a run that exists already keeps what it was made with.
 *
 * @param model a preset's name or the path of a config.json; null for the run's own, or {@link #DEFAULT_MODEL} at first
 * @param recipe null for the model's preset
 * @param seed of the first weights and of the order of the windows; null for a random one
 */
public record RunRequest(
        Path data,
        @Nullable String model,
        CorpusRequest corpus,
        @Nullable Recipe recipe,
        @Nullable Long seed) {
    public static final String DEFAULT_MODEL = "nano";
}
