package org.decentralizedai.server.chat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.checkpoint.CheckpointStore;

/** Real checkpoints of a tiny model with random weights. */
final class TinyCheckpoint {
    static final ModelConfig CONFIG =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 32, 2, 4, 2, 8, 64, 64, 10_000, 1e-5, true);

    private static final int BYTES = 256;

    private TinyCheckpoint() {}

    static ServedCheckpoint write(Path folder, int seed) {
        var checkpoints = new CheckpointStore(new FolderBlobStore(folder));
        float[] weights = Initializer.weights(ParameterLayout.of(CONFIG), seed);
        for (int i = 0; i < weights.length; i++) weights[i] *= 3; // freshly initialised logits are all alike
        // the first parameter is the embedding table: the likeliest token is never a special, so greedy text never ends
        Arrays.fill(weights, BYTES * CONFIG.hidden(), CONFIG.vocabulary() * CONFIG.hidden(), 0);
        Checkpoint checkpoint = checkpoints.write(CONFIG, weights, Map.of());
        return new ServedCheckpoint(
                "tiny-test",
                checkpoint.hash(),
                seed,
                Instant.ofEpochSecond(1_700_000_000L + seed),
                CONFIG,
                () -> checkpoints.weights(checkpoint, CONFIG));
    }
}
