package org.decentralizedai.server.chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Server-sent events as OpenAI writes them: one line of data each, {@code [DONE]} at the end. */
final class StreamedReply implements Reply {
    private final HttpServletResponse response;
    private final JsonMapper json;
    private final boolean includeUsage;
    private @Nullable ReplyFormat format;

    StreamedReply(HttpServletResponse response, JsonMapper json, boolean includeUsage) {
        this.response = response;
        this.json = json;
        this.includeUsage = includeUsage;
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType("text/event-stream;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no"); // nginx would hold the stream back
    }

    @Override
    public void beat() throws IOException {
        write(": computing\n\n"); // a comment: clients skip it
    }

    @Override
    public void begin(ReplyFormat format) {
        this.format = format;
    }

    @Override
    public void start(int choice) throws IOException {
        event(format().first(choice));
    }

    @Override
    public void piece(int choice, String text, List<ToldToken> told) throws IOException {
        event(format().piece(choice, text, told));
    }

    @Override
    public void end(int choice, String finishReason) throws IOException {
        event(format().last(choice, finishReason));
    }

    @Override
    public void finish(Usage usage) throws IOException {
        if (includeUsage) event(format().counts(usage));
        write("data: [DONE]\n\n");
    }

    /** Before the first byte it is an error like any other; after it, an event. */
    @Override
    public void fail(ChatException reason) throws IOException {
        if (!response.isCommitted()) {
            ErrorBody.describe(response, reason);
            write(json.writeValueAsString(ErrorBody.of(json, reason)));
        } else event(ErrorBody.of(json, reason));
    }

    private ReplyFormat format() {
        return Objects.requireNonNull(format, "begin was not called");
    }

    private void event(JsonNode data) throws IOException {
        write("data: " + json.writeValueAsString(data) + "\n\n");
    }

    private void write(String text) throws IOException {
        OutputStream out = response.getOutputStream();
        out.write(text.getBytes(UTF_8));
        out.flush();
    }
}
