package org.decentralizedai.server.train;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the operator asks for; a run that exists already keeps what it was made with.
 *
 * @param model a preset's name or the path of a config.json; null for the run's own, or {@link #DEFAULT_MODEL} at first
 * @param corpus a text file, a .jsonl file or a folder; null for the default corpus
 * @param recipe null for the model's preset
 * @param heldOutShare of the documents
 */
public record RunRequest(
        Path data,
        @Nullable String model,
        @Nullable Path corpus,
        @Nullable Recipe recipe,
        double heldOutShare) {
    public static final String DEFAULT_MODEL = "nano";
}
