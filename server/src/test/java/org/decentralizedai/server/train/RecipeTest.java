package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.model.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class RecipeTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @ParameterizedTest
    @CsvSource({"nano, INT8", "tiny, INT8", "small, INT4", "base, INT4"})
    void preset_publishesStepsThatALineBringsInSeconds(String model, UpdateEncoding encoding) {
        assertThat(Recipe.of(model, ModelChoice.config(model)).stepEncoding()).isEqualTo(encoding);
    }

    /** @param atATime windows that 1.5 GB hold with all activations, and a divisor of the batch */
    @ParameterizedTest
    @CsvSource({"small, 20, 5", "base, 7, 1"})
    void preset_computesAsManyWindowsAtATimeAsAModestDeviceHolds(String model, int batch, int atATime) {
        var steps = Recipe.of(model, ModelChoice.config(model)).steps();
        assertThat(steps.batch()).isEqualTo(batch);
        assertThat(steps.microBatch()).isEqualTo(atATime);
    }

    /** The table of recipes in docs/ai-engineers.md: name, H, batch, learning rate, tasks a round, outer step, form. */
    @ParameterizedTest
    @ValueSource(strings = {"nano", "tiny", "small", "base"})
    void preset_isWhatTheDocumentSays(String model) throws IOException {
        var recipe = Recipe.of(model, ModelChoice.config(model));
        var lines = Files.readAllLines(Path.of("../docs/ai-engineers.md"));
        int table = lines.indexOf(
                "| recipe | H | batch | learning rate | tasks a round | outer step | form of an update |");
        var row = lines.subList(table, lines.size()).stream()
                .filter(line -> line.startsWith("| `" + model + "` |"))
                .map(line -> line.split("\\s*\\|\\s*"))
                .findFirst()
                .orElseThrow();
        assertThat(row[2]).isEqualTo(String.valueOf(recipe.steps().steps()));
        assertThat(row[3]).isEqualTo(String.valueOf(recipe.steps().batch()));
        assertThat(Double.parseDouble(row[4].replaceFirst(",.*", "")))
                .isEqualTo(recipe.steps().learningRate());
        assertThat(row[5]).isEqualTo(recipe.roundTasks() + "-" + recipe.maxTasks());
        assertThat(recipe.minTasks())
                .isEqualTo(recipe.roundTasks() < 4 ? recipe.roundTasks() : Math.ceilDiv(3 * recipe.roundTasks(), 4));
        String momentum = recipe.outerMomentum() == 0 ? "no momentum" : "momentum " + recipe.outerMomentum();
        assertThat(row[6].replace("= 1,", "= 1.0,")).isEqualTo("α = " + recipe.outerRate() + ", " + momentum);
        String parts = recipe.parts() == 1 ? "" : ", " + recipe.parts() + " parts";
        assertThat(row[7]).isEqualTo(recipe.encoding() + parts);
    }

    /** As it is in the database of an older run, or in the settings of an operator who does not care. */
    @Test
    void json_withoutWhatOlderRunsDidNotSay_isInt8AtAConstantRateByTheFastestKernelsInWholeTasks() {
        var recipe = Recipe.of("nano", ModelChoice.config("nano"));
        ObjectNode json = JSON.valueToTree(recipe);
        assertThat(json.remove("stepEncoding")).isNotNull();
        assertThat(json.remove("schedule")).isNotNull();
        assertThat(json.remove("auditable")).isNotNull();
        assertThat(json.remove("taskSeconds")).isNotNull();
        assertThat(json.remove("roundTasks")).isNotNull();
        assertThat(((ObjectNode) json.get("steps")).remove("activations")).isNotNull();
        assertThat(JSON.treeToValue(json, Recipe.class)).isEqualTo(recipe.withTaskSeconds(0));
    }

    @Test
    void json_withFewerTasksThanARoundNeeds_isRefused() {
        ObjectNode json = JSON.valueToTree(Recipe.of("nano", ModelChoice.config("nano")));
        json.put("roundTasks", 1);
        assertThatThrownBy(() -> JSON.treeToValue(json, Recipe.class))
                .hasMessageContaining("minTasks=2, roundTasks=1, maxTasks=16");
        json.put("roundTasks", 17);
        assertThatThrownBy(() -> JSON.treeToValue(json, Recipe.class)).hasMessageContaining("roundTasks=17");
    }

    @Test
    void json_withActivationsInF16_keepsThem() {
        ObjectNode json = JSON.valueToTree(Recipe.of("nano", ModelChoice.config("nano")));
        ((ObjectNode) json.get("steps")).put("activations", "F16");
        var steps = JSON.treeToValue(json, Recipe.class).steps();
        assertThat(steps.activations()).isEqualTo(Precision.F16);
        assertThat(steps.withLearningRate(0.5).activations()).isEqualTo(Precision.F16);
    }
}
