package org.decentralizedai.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * Reads the one settings file: YAML with the fields of {@link Settings}, each optional, over the defaults; values from the
 * command line over both. A field that does not exist is an error, so that a typing mistake is seen.
 */
final class SettingsFile {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private SettingsFile() {}

    /** @throws IllegalArgumentException with a sentence for the operator */
    static Settings read(Path file) {
        if (!Files.isRegularFile(file)) throw new IllegalArgumentException("there is no settings file " + file);
        try {
            var given = YAML.readTree(file.toFile());
            if (given.isMissingNode() || given.isNull()) return Settings.defaults();
            if (!(given instanceof ObjectNode fields))
                throw new IllegalArgumentException("the settings file must hold fields: " + file);
            return merged(Settings.defaults(), fields);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the settings file " + file + " is wrong: " + e.getOriginalMessage(), e);
        }
    }

    /** The settings with some fields replaced, by name. */
    static Settings with(Settings settings, Map<String, Object> values) {
        return merged(settings, YAML.valueToTree(values));
    }

    private static Settings merged(Settings settings, ObjectNode over) {
        ObjectNode tree = YAML.valueToTree(settings);
        for (Map.Entry<String, JsonNode> field : over.properties()) {
            if (field.getValue() instanceof ObjectNode inner && tree.get(field.getKey()) instanceof ObjectNode old)
                old.setAll(inner);
            else tree.set(field.getKey(), field.getValue());
        }
        return YAML.treeToValue(tree, Settings.class);
    }
}
