package org.decentralizedai.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.train.RateSchedule;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.wire.LocalSteps;

/** A run so small that a round takes milliseconds: 2,704 parameters, tasks of 64 tokens. */
public final class TestRun {
    public static final ModelConfig MODEL =
            new ModelConfig(ModelConfig.BYTE_VOCABULARY, 8, 1, 2, 1, 4, 12, 16, 10_000, 1e-5, true);
    static final LocalSteps STEPS = new LocalSteps(2, 2, 2, 16, 1e-2, 1, 0.9, 0.95, 1e-8, 0.1, 1.0);

    private TestRun() {}

    public static Recipe recipe(int tasks) {
        return recipe(tasks, UpdateEncoding.INT8);
    }

    static Recipe recipe(int tasks, UpdateEncoding stepEncoding) {
        return recipe(tasks, tasks, stepEncoding);
    }

    /** @param least tasks of a round @param most tasks of a round */
    public static Recipe recipe(int least, int most, UpdateEncoding stepEncoding) {
        return recipe(least, most, 0.5, stepEncoding);
    }

    /** A step is the mean of the round. @param least tasks of a round @param most tasks of a round */
    static Recipe plain(int least, int most) {
        return recipe(least, most, 0, UpdateEncoding.F32);
    }

    private static Recipe recipe(int least, int most, double outerMomentum, UpdateEncoding stepEncoding) {
        return new Recipe(
                STEPS,
                RateSchedule.CONSTANT,
                least,
                most,
                1,
                outerMomentum,
                UpdateEncoding.INT8,
                1,
                0,
                false,
                stepEncoding,
                null,
                30,
                60);
    }

    public static Settings settings(Path folder, int tasks) throws IOException {
        return settings(folder, recipe(tasks));
    }

    public static Settings settings(Path folder, Recipe recipe) throws IOException {
        var config = folder.resolve("model").resolve("config.json");
        var corpus = folder.resolve("corpus.txt");
        if (!Files.exists(config)) {
            Files.createDirectories(config.getParent());
            Files.write(config, ModelConfigJson.write(MODEL, 256));
            Files.writeString(corpus, text());
        }
        return SettingsFile.with(
                Settings.defaults(),
                Map.of(
                        "port",
                        0,
                        "data",
                        folder.resolve("data").toString(),
                        "model",
                        config.toString(),
                        "corpus",
                        corpus.toString(),
                        "auditors",
                        0, // tests that lie are not about audits
                        "replicas",
                        "NEVER",
                        "recipe",
                        recipe));
    }

    /** Every task that is to be looked at is given to a second worker, if there is one. */
    public static Settings replicated(Settings settings) {
        return SettingsFile.with(settings, Map.of("replicas", "ALWAYS"));
    }

    private static String text() {
        var words = "the whale sees a ship and the ship sees no whale but waves of the great white sea".split(" ");
        var random = new Random(1);
        var text = new StringBuilder();
        for (int paragraph = 0; paragraph < 300; paragraph++) {
            for (int i = 0; i < 40; i++)
                text.append(words[random.nextInt(words.length)]).append(' ');
            text.append("\n\n");
        }
        return text.toString();
    }
}
