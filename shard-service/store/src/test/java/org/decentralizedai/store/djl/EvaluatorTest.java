package org.decentralizedai.store.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDScope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.evaluation.Evaluation;
import org.decentralizedai.store.evaluation.HeldOut;
import org.decentralizedai.store.evaluation.HeldOutWindows;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluatorTest {
    private static final ModelConfig CONFIG = ModelConfig.nano();

    @TempDir
    Path folder;

    private HeldOut heldOut;

    @BeforeEach
    void corpus() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; text.length() < 60_000; i++)
            text.append("Sentence ").append(i).append(" ends here.\n");
        Files.createDirectory(folder.resolve("texts"));
        Files.writeString(folder.resolve("texts/one.txt"), text);
        var blobs = new FolderBlobStore(folder.resolve("shards"));
        heldOut = HeldOut.load(
                Corpus.build(folder.resolve("texts"), new ByteTokenizer(), blobs, 0.05), blobs, new ByteTokenizer());
    }

    @Test
    void evaluate_allZero_uniformOverTheVocabulary() {
        float[] zero = new float[ParameterLayout.of(CONFIG).parameterCount()];
        Evaluation evaluation = Evaluator.evaluate(CONFIG, zero, heldOut.all(64));
        assertThat(evaluation.nats()).isCloseTo(Math.log(264), within(1e-5));
        assertThat(evaluation.windows()).isEqualTo(6001 / 64);
        assertThat(evaluation.natsStandardError()).isCloseTo(0, within(1e-5));
    }

    @Test
    void evaluate_moreWindowsThanABatch_meanOfAllPositions() {
        float[] weights = Models.weights(CONFIG);
        HeldOutWindows windows = heldOut.all(64);
        double nats = 0;
        try (var decoder = new DjlDecoder(CONFIG, weights);
                var scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            for (int w = 0; w < windows.count(); w++) {
                long[] inputs = new long[64], targets = new long[64];
                for (int i = 0; i < 64; i++) {
                    inputs[i] = windows.token(w, i);
                    targets[i] = windows.token(w, i + 1);
                }
                for (float loss : decoder.losses(decoder.tokens(inputs, 1), decoder.tokens(targets, 1))
                        .toFloatArray()) nats += loss;
            }
        }
        Evaluation evaluation = Evaluator.evaluate(CONFIG, weights, windows);
        assertThat(evaluation.nats()).isCloseTo(nats / (64.0 * windows.count()), within(1e-5));
        assertThat(evaluation.bitsPerByte())
                .isCloseTo(evaluation.nats() / Math.log(2) * evaluation.tokens() / evaluation.bytes(), within(1e-9));
    }

    @Test
    void evaluate_oneWeightNotANumber_notFinite() {
        float[] weights = Initializer.weights(ParameterLayout.of(CONFIG), 1);
        assertThat(Evaluator.evaluate(CONFIG, weights, heldOut.all(64)).finite())
                .isTrue();
        weights[weights.length - 1] = Float.NaN;
        assertThat(Evaluator.evaluate(CONFIG, weights, heldOut.all(64)).finite())
                .isFalse();
    }

    @Test
    void logProbability_generatedToken_isWhatTheEvaluatorWouldScore() {
        float[] weights = Models.weights(CONFIG);
        int[] prompt = {1, 2, 3};
        try (var generator = new Generator(CONFIG, weights);
                var decoder = new DjlDecoder(CONFIG, weights);
                var scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            generator.generate(prompt, new Sampling(1, 1, 1, 3, Set.of()), (token, logProbability) -> {
                float[] losses = decoder.losses(
                                decoder.tokens(new long[] {1, 2, 3}, 1), decoder.tokens(new long[] {2, 3, token}, 1))
                        .toFloatArray();
                assertThat(logProbability).isCloseTo(-losses[2], within(1e-4));
                return true;
            });
        }
    }
}
