package org.decentralizedai.circle;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.wire.LocalSteps;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A run that learns within a minute on a software adapter: 13 k parameters, tasks of 4,096 tokens, text by a grammar. */
public record SmallRun(Path folder, double outerRate) {
    private static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 32, 1, 2, 1, 16, 32, 32, 10_000, 1e-5, true);
    private static final LocalSteps STEPS = new LocalSteps(16, 8, 8, 32, 5e-3, 2, 0.9, 0.95, 1e-8, 0.1, 1.0);
    private static final int END_OF_TEXT = 256;
    private static final String[] SUBJECTS = {"the people", "a whale", "this union", "the captain", "our congress"};
    private static final String[] VERBS = {"sees", "follows", "forgets", "protects", "remembers"};
    private static final String[] OBJECTS = {"the sea", "a law", "its harbour", "the treasury", "every storm"};

    /** Writes model and corpus, and gives the settings that train them. */
    public Settings settings(int port) {
        var d = Settings.defaults();
        return new Settings(
                d.host(),
                port,
                folder.resolve("data"),
                config().toString(),
                corpus(),
                null,
                null,
                null,
                null,
                List.of(),
                null,
                recipe(),
                2,
                d.retention(),
                0, // an auditor would share the volunteers' two cores; bin/run's own test has one
                d.replicas(),
                d.heldOutShare(),
                d.heldOutTail(),
                d.limits(),
                d.chat(),
                d.billing(),
                d.signIn(),
                d.ether(),
                d.ads());
    }

    /** The same as a settings file. */
    Path settingsFile(int port) {
        var s = recipe().steps();
        return written("settings.yaml", """
                port: %d
                data: %s
                model: %s
                corpus: %s
                promoteEvery: 2
                recipe:
                  steps: {steps: %d, batch: %d, microBatch: %d, context: %d, learningRate: %s, warmupSteps: %d, beta1: %s,
                          beta2: %s, epsilon: %s, weightDecay: %s, clipNorm: %s}
                  minTasks: 2
                  maxTasks: 2
                  outerRate: %s
                  outerMomentum: 0
                  encoding: INT8
                  parts: 1
                  feedback: 0
                  leaseSeconds: 20
                  maxLeaseSeconds: 60
                """.formatted(
                        port,
                        folder.resolve("data"),
                        config(),
                        corpus(),
                        s.steps(),
                        s.batch(),
                        s.microBatch(),
                        s.context(),
                        s.learningRate(),
                        s.warmupSteps(),
                        s.beta1(),
                        s.beta2(),
                        s.epsilon(),
                        s.weightDecay(),
                        s.clipNorm(),
                        outerRate)
                .getBytes(UTF_8));
    }

    private Path config() {
        return written("config.json", ModelConfigJson.write(MODEL, END_OF_TEXT));
    }

    private Path corpus() {
        return written("corpus.txt", text().getBytes(UTF_8));
    }

    private Path written(String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Recipe recipe() {
        return new Recipe(
                STEPS,
                RateSchedule.CONSTANT,
                2,
                2,
                outerRate,
                0,
                UpdateEncoding.INT8,
                1,
                0,
                false,
                UpdateEncoding.INT8,
                null,
                20,
                60);
    }

    private static String text() {
        var random = new SplitMix64(3);
        var text = new StringBuilder();
        for (int paragraph = 0; paragraph < 400; paragraph++) {
            for (int sentence = 0; sentence < 12; sentence++)
                text.append(pick(SUBJECTS, random))
                        .append(' ')
                        .append(pick(VERBS, random))
                        .append(' ')
                        .append(pick(OBJECTS, random))
                        .append(". ");
            text.append("\n\n");
        }
        return text.toString();
    }

    private static String pick(String[] words, SplitMix64 random) {
        return words[random.nextInt(words.length)];
    }

    /** {@code GET /api/run}. */
    public static JsonNode figures(String url) {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(url + "/api/run")).build();
            return JsonMapper.shared()
                    .readTree(http.send(request, HttpResponse.BodyHandlers.ofString())
                            .body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
