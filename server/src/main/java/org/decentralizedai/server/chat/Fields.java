package org.decentralizedai.server.chat;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Typed reading of one JSON object; a field that is null counts as absent, one of the wrong type or range is refused. */
final class Fields {
    private static final int LONGEST_SHOWN = 64;

    private final JsonNode object;
    private final String path;

    Fields(JsonNode object) {
        this(object, "");
    }

    private Fields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
        if (!object.isObject()) throw wrongType(path, "an object");
    }

    Fields object(String name, int index) {
        return new Fields(object.get(name).get(index), path + name + "[" + index + "].");
    }

    Collection<String> names() {
        return object.propertyNames();
    }

    /** A stranger's text as it may stand in an answer. */
    static String shown(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }

    String path(String name) {
        return path + name;
    }

    @Nullable
    JsonNode get(String name) {
        JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    JsonNode required(String name) {
        JsonNode value = get(name);
        if (value == null) throw new ChatException(ChatError.MISSING, "'" + path(name) + "' is required.", path(name));
        return value;
    }

    String text(String name) {
        JsonNode value = required(name);
        if (!value.isString()) throw wrongType(path(name), "a string");
        return value.stringValue();
    }

    boolean flag(String name) {
        JsonNode value = get(name);
        if (value == null) return false;
        if (!value.isBoolean()) throw wrongType(path(name), "true or false");
        return value.booleanValue();
    }

    double number(String name, double min, double max, double fallback) {
        JsonNode value = get(name);
        if (value == null) return fallback;
        if (!value.isNumber()) throw wrongType(path(name), "a number");
        double number = value.doubleValue(Double.NaN); // of an integer that no double holds
        if (!(number >= min && number <= max)) throw outside(name, min, max);
        return number;
    }

    /** @return fallback when absent */
    int integer(String name, int min, int max, int fallback) {
        JsonNode value = get(name);
        if (value == null) return fallback;
        if (!value.isIntegralNumber()) throw wrongType(path(name), "an integer");
        if (!value.canConvertToInt() || value.intValue() < min || value.intValue() > max) throw outside(name, min, max);
        return value.intValue();
    }

    @Nullable
    Long longInteger(String name) {
        JsonNode value = get(name);
        if (value == null) return null;
        if (!value.isIntegralNumber()) throw wrongType(path(name), "an integer");
        if (!value.canConvertToLong())
            throw new ChatException(ChatError.INVALID_VALUE, "'" + path(name) + "' must fit 64 bits.", path(name));
        return value.longValue();
    }

    static ChatException wrongType(String path, String expected) {
        return path.isEmpty()
                ? new ChatException(ChatError.INVALID_TYPE, "The body must be " + expected + ".", null)
                : new ChatException(ChatError.INVALID_TYPE, "'" + path + "' must be " + expected + ".", path);
    }

    private ChatException outside(String name, Number min, Number max) {
        return new ChatException(
                ChatError.INVALID_VALUE, "'" + path(name) + "' must be in " + min + " to " + max + ".", path(name));
    }
}
