package org.decentralizedai.server.account;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;

import io.javalin.http.Context;
import org.decentralizedai.server.edge.RequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The fields of a request's JSON body. */
final class Said {
    private static final JsonMapper JSON = new JsonMapper();

    private final ObjectNode fields;

    private Said(ObjectNode fields) {
        this.fields = fields;
    }

    /** @throws RequestException unless it is a JSON object */
    static Said in(Context context) {
        try {
            if (JSON.readTree(context.body()) instanceof ObjectNode fields) return new Said(fields);
        } catch (JacksonException e) { // said below
        }
        throw new RequestException(BAD_REQUEST, "the body must be a JSON object");
    }

    String text(String name) {
        JsonNode value = fields.path(name);
        if (!value.isString()) throw new RequestException(BAD_REQUEST, name + " must be a text");
        return value.stringValue();
    }

    long number(String name) {
        JsonNode value = fields.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong())
            throw new RequestException(BAD_REQUEST, name + " must be a whole number");
        return value.longValue();
    }

    /** An object as JSON again. */
    String json(String name) {
        if (!(fields.path(name) instanceof ObjectNode object))
            throw new RequestException(BAD_REQUEST, name + " must be an object");
        return object.toString();
    }
}
