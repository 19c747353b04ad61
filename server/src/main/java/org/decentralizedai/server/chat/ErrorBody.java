package org.decentralizedai.server.chat;

import jakarta.servlet.http.HttpServletResponse;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's error object, and the status and headers that go with it. */
final class ErrorBody {
    private ErrorBody() {}

    static ObjectNode of(JsonMapper json, ChatException reason) {
        ObjectNode body = json.createObjectNode();
        body.putObject("error")
                .put("message", reason.getMessage())
                .put("type", reason.error().type)
                .put("param", reason.param())
                .put("code", reason.error().code);
        return body;
    }

    static void describe(HttpServletResponse response, ChatException reason) {
        response.setStatus(reason.error().status);
        response.setContentType("application/json");
        int seconds = reason.retryAfterSeconds();
        if (seconds > 0) response.setHeader("Retry-After", String.valueOf(seconds));
    }
}
