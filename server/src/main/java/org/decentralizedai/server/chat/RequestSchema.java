package org.decentralizedai.server.chat;

import java.util.List;
import java.util.TreeSet;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The fields of a request as JSON Schema, with the limits that {@link RequestParser} checks. */
final class RequestSchema {
    private final JsonMapper json;
    private final ChatSettings settings;

    RequestSchema(JsonMapper json, ChatSettings settings) {
        this.json = json;
        this.settings = settings;
    }

    ObjectNode of(Api api) {
        ObjectNode schema = json.createObjectNode().put("type", "object").put("additionalProperties", false);
        var required = schema.putArray("required").add("model");
        ObjectNode fields = schema.putObject("properties");
        fields.putObject("model").put("type", "string");
        switch (api) {
            case CHAT -> {
                required.add("messages");
                messages(fields);
                fields.putObject("logprobs").put("type", "boolean").put("default", false);
                integer(fields, "top_logprobs", 0, RequestParser.MAX_LIKELIEST);
            }
            case TEXT -> {
                prompt(fields);
                integer(fields, "logprobs", 0, RequestParser.MAX_LIKELIEST_OF_TEXT);
            }
        }
        common(fields, api);
        for (String name : new TreeSet<>(Unsupported.IGNORED))
            fields.putObject(name).put("description", "Changes nothing.");
        for (String name : Unsupported.refused(api))
            fields.putObject(name).put("description", "Refused, unless it has the value that means off.");
        return schema;
    }

    private void common(ObjectNode fields, Api api) {
        number(fields, "temperature", RequestParser.MAX_TEMPERATURE);
        number(fields, "top_p", RequestParser.MAX_TOP_P);
        for (String name : List.of("max_tokens", "max_completion_tokens"))
            integer(fields, name, 1, settings.maxTokens())
                    .put("default", RequestParser.defaultTokens(api, settings))
                    .put("description", "Greatest length of the answer. Give one of the two.");
        fields.putObject("seed").put("type", "integer").put("format", "int64");
        var stop = fields.putObject("stop").putArray("oneOf");
        text(stop.addObject());
        text(stop.addObject()
                .put("type", "array")
                .put("maxItems", RequestParser.MAX_STOPS)
                .putObject("items"));
        integer(fields, "n", 1, RequestParser.MAX_CHOICES)
                .put("default", 1)
                .put("description", "All answers together may have " + settings.maxTokens() + " tokens.");
        fields.putObject("stream").put("type", "boolean").put("default", false);
        fields.putObject("stream_options")
                .put("type", "object")
                .put("description", "Only with stream.")
                .putObject("properties")
                .putObject("include_usage")
                .put("type", "boolean");
    }

    private static void text(ObjectNode schema) {
        schema.put("type", "string").put("minLength", 1).put("maxLength", RequestParser.MAX_STOP_LENGTH);
    }

    private static void number(ObjectNode fields, String name, double max) {
        fields.putObject(name)
                .put("type", "number")
                .put("minimum", 0)
                .put("maximum", max)
                .put("default", 1);
    }

    private static ObjectNode integer(ObjectNode fields, String name, int min, int max) {
        return fields.putObject(name).put("type", "integer").put("minimum", min).put("maximum", max);
    }

    private static void messages(ObjectNode fields) {
        ObjectNode message = fields.putObject("messages")
                .put("type", "array")
                .put("minItems", 1)
                .put("description", "Joined by empty lines and continued.")
                .putObject("items")
                .put("type", "object");
        message.putArray("required").add("role").add("content");
        var properties = message.putObject("properties");
        var roles = properties.putObject("role").put("type", "string").putArray("enum");
        Prompt.ROLES.forEach(roles::add);
        var content = properties.putObject("content").putArray("oneOf");
        content.addObject().put("type", "string");
        ObjectNode part =
                content.addObject().put("type", "array").putObject("items").put("type", "object");
        part.putArray("required").add("type").add("text");
        ObjectNode ofPart = part.putObject("properties");
        ofPart.putObject("type").put("const", "text");
        ofPart.putObject("text").put("type", "string");
    }

    private static void prompt(ObjectNode fields) {
        var kinds = fields.putObject("prompt")
                .put("description", "A text, or ids of tokens.")
                .putArray("oneOf");
        kinds.addObject().put("type", "string");
        kinds.addObject()
                .put("type", "array")
                .put("minItems", 1)
                .put("maxItems", 1)
                .putObject("items")
                .put("type", "string");
        kinds.addObject()
                .put("type", "array")
                .put("minItems", 1)
                .putObject("items")
                .put("type", "integer")
                .put("minimum", 0);
    }
}
