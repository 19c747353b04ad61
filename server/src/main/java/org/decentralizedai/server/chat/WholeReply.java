package org.decentralizedai.server.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * One JSON object at the end. While it is computed a space goes out each second: JSON permits it before the object, and only
 * writing shows whether the caller is still there.
 */
final class WholeReply implements Reply {
    private final HttpServletResponse response;
    private final JsonMapper json;
    private final List<WholeChoice> choices = new ArrayList<>();
    private @Nullable ReplyFormat format;

    WholeReply(HttpServletResponse response, JsonMapper json) {
        this.response = response;
        this.json = json;
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
    }

    @Override
    public void beat() throws IOException {
        response.getOutputStream().write(' ');
        response.flushBuffer();
    }

    @Override
    public void begin(ReplyFormat format) {
        this.format = format;
    }

    @Override
    public void start(int choice) {
        choices.add(new WholeChoice());
    }

    @Override
    public void piece(int choice, String text, List<ToldToken> told) {
        choices.get(choice).add(text, told);
    }

    @Override
    public void end(int choice, String finishReason) {
        choices.get(choice).end(finishReason);
    }

    /** When it returns the system has all of it: what can't be sent any more throws, and is not paid for. */
    @Override
    public void finish(Usage usage) throws IOException {
        var whole = Objects.requireNonNull(format, "begin was not called").whole(choices, usage);
        response.getOutputStream().write(json.writeValueAsString(whole).getBytes(UTF_8));
        response.flushBuffer();
    }

    /** The status may be out already; the caller then finds an error object where the answer would be. */
    @Override
    public void fail(ChatException reason) throws IOException {
        if (!response.isCommitted()) ErrorBody.describe(response, reason);
        response.getOutputStream()
                .write(json.writeValueAsString(ErrorBody.of(json, reason)).getBytes(UTF_8));
    }
}
