package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.decentralizedai.compress.UpdateEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class RecipeTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @ParameterizedTest
    @ValueSource(strings = {"nano", "tiny", "small", "base"})
    void preset_publishesStepsInInt8(String model) {
        assertThat(Recipe.of(model, 64).stepEncoding()).isEqualTo(UpdateEncoding.INT8);
    }

    /** As it is in the database of an older run, or in the settings of an operator who does not care. */
    @Test
    void json_withoutStepEncoding_isInt8() {
        var recipe = Recipe.of("nano", 64);
        ObjectNode json = JSON.valueToTree(recipe);
        assertThat(json.remove("stepEncoding")).isNotNull();
        assertThat(JSON.treeToValue(json, Recipe.class)).isEqualTo(recipe);
    }
}
