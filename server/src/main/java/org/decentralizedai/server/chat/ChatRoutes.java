package org.decentralizedai.server.chat;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.JavalinDefaultRoutingApi;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.store.blob.BlobException;
import org.decentralizedai.store.checkpoint.CheckpointException;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /v1/chat/completions}, {@code POST /v1/completions}, {@code GET /v1/models} and {@code GET /v1/models/{id}} as OpenAI
 * defines them, described at {@code /openapi.json}; what is not supported is refused with 400. An answer comes from the checkpoint that is promoted when its turn comes, whole or
 * streamed; generating ends with the caller's connection. Who has a key pays by the token, and who has none may ask a little for nothing
 * ({@link Doorkeeper}). Thread-safe; blocks the request's own thread.
 */
public final class ChatRoutes implements Routes, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ChatRoutes.class);

    private static final String REQUEST_ID = "X-Request-Id";
    private static final List<HandlerType> METHODS =
            List.of(HandlerType.GET, HandlerType.POST, HandlerType.PUT, HandlerType.PATCH, HandlerType.DELETE);

    private final JsonMapper json = JsonMapper.builder().build();
    private final Tokenizer tokenizer;
    private final ChatSettings settings;
    private final RequestParser parser;
    private final CompletionQueue queue;
    private final GeneratorShelf shelf;
    private final ModelList models;
    private final Doorkeeper doorkeeper;
    private final List<Operation> operations;

    /** @param promoted asked at each request; empty while no checkpoint may answer */
    public ChatRoutes(
            Supplier<Optional<ServedCheckpoint>> promoted,
            Tokenizer tokenizer,
            ChatSettings settings,
            Billing billing,
            BillingSettings terms) {
        this.tokenizer = tokenizer;
        this.settings = settings;
        parser = new RequestParser(json, tokenizer, settings);
        queue = new CompletionQueue(settings.workers(), settings.queue());
        shelf = new GeneratorShelf(promoted);
        models = new ModelList(json, promoted, terms);
        doorkeeper = new Doorkeeper(billing, terms);
        operations = operations();
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        for (Operation one : operations) routes.addHttpHandler(one.method(), one.path(), refusing(one.handler()));
        String description = json.writeValueAsString(new OpenApi(json, settings).document(operations));
        routes.get(
                "/openapi.json",
                ctx -> ctx.contentType("application/json")
                        .header("Cache-Control", "no-cache")
                        .result(description));
        for (var method : METHODS) routes.addHttpHandler(method, "/v1/*", refusing(this::unknown));
    }

    private List<Operation> operations() {
        return List.of(
                new Operation(
                        HandlerType.POST,
                        "/v1/chat/completions",
                        "createChatCompletion",
                        "Continues messages.",
                        Api.CHAT,
                        "ChatAnswer",
                        ctx -> complete(ctx, Api.CHAT)),
                new Operation(
                        HandlerType.POST,
                        "/v1/completions",
                        "createCompletion",
                        "Continues a text or tokens.",
                        Api.TEXT,
                        "TextAnswer",
                        ctx -> complete(ctx, Api.TEXT)),
                new Operation(
                        HandlerType.GET,
                        "/v1/models",
                        "listModels",
                        "The models that answer, and what they cost.",
                        null,
                        "ModelList",
                        ctx -> list(ctx, models::all)),
                new Operation(
                        HandlerType.GET,
                        "/v1/models/{id}",
                        "retrieveModel",
                        "One of them.",
                        null,
                        "Model",
                        ctx -> list(ctx, () -> models.one(ctx.pathParam("id")))));
    }

    /** Requests that compute or wait. */
    public int occupied() {
        return queue.occupied();
    }

    /** Ends running answers at their next token and gives the model's memory back. */
    @Override
    public void close() {
        shelf.close();
    }

    private Handler refusing(Handler handler) {
        return ctx -> {
            ctx.header(REQUEST_ID, "req_" + ReplyFormat.randomId());
            try {
                handler.handle(ctx);
            } catch (ChatException e) {
                refuse(ctx, e);
            } catch (RuntimeException e) {
                log.error("{} {} failed", ctx.method(), ctx.path(), e);
                refuse(ctx, unexpected());
            }
        };
    }

    private static ChatException unexpected() {
        return new ChatException(ChatError.INTERNAL, "Something went wrong here.", null);
    }

    private void refuse(Context ctx, ChatException reason) {
        if (ctx.res().isCommitted()) return; // the answer has begun: nothing can be said any more
        ErrorBody.describe(ctx.res(), reason);
        ctx.result(ErrorBody.of(json, reason).toString());
    }

    private void unknown(Context ctx) {
        String known = operations.stream()
                .map(one -> one.method().name() + " " + one.path())
                .collect(Collectors.joining(", "));
        throw new ChatException(
                ChatError.UNKNOWN_URL,
                "There is no " + ctx.method() + " " + Fields.shown(ctx.path()) + " here; this server has " + known
                        + ".",
                null);
    }

    private void list(Context ctx, Supplier<ObjectNode> models) {
        doorkeeper.admit(ctx.header("Authorization"), ctx.ip());
        ctx.contentType("application/json")
                .header("Cache-Control", "no-cache")
                .result(models.get().toString());
    }

    private void complete(Context ctx, Api api) {
        try {
            var caller = doorkeeper.admit(ctx.header("Authorization"), ctx.ip());
            CompletionRequest request = parser.parse(api, body(ctx));
            models.one(request.model());
            int read = shelf.promoted()
                    .map(served -> read(request.prompt(), served.config().context()))
                    .orElse(0); // it will not be answered
            try (var bill = doorkeeper.open(caller, ctx.res().getHeader(REQUEST_ID), request, read, ctx.res());
                    var place = queue.enter(caller)) {
                Reply reply = reply(ctx.res(), request);
                while (!place.await(Answer.BEAT)) reply.beat();
                answer(request, reply, bill);
            }
        } catch (IOException e) {
            log.debug("a caller left before the answer was complete: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server stops
        }
    }

    private int read(Prompt prompt, int context) {
        prompt.requireAtMost(settings.longestPrompt(context));
        return prompt.readBy(context);
    }

    private Reply reply(HttpServletResponse response, CompletionRequest request) {
        return request.stream()
                ? new StreamedReply(response, json, request.includeUsage())
                : new WholeReply(response, json);
    }

    private void answer(CompletionRequest request, Reply reply, Bill bill) throws IOException {
        try (var loan = shelf.borrow()) {
            reply.begin(new ReplyFormat(json, request, loan.checkpoint(), tokenizer));
            long deadline = System.nanoTime()
                    + Duration.ofSeconds(settings.answerSeconds()).toNanos();
            var limit = new Answer.Limit(deadline, shelf::isClosed);
            int tokens = 0;
            for (int choice = 0; choice < request.choices(); choice++)
                tokens += new Answer(request, choice, reply, bill, tokenizer.decoder(), limit).write(loan.generator());
            if (request.stream()) { // all is out but the last word, on which the caller may ask again with what is left
                bill.complete();
                bill.close();
            }
            int read = request.prompt().readBy(loan.checkpoint().config().context());
            reply.finish(new Usage(read, tokens));
            bill.complete();
        } catch (ChatException e) {
            reply.fail(e);
        } catch (BlobException | CheckpointException | IllegalStateException e) {
            log.warn("the promoted checkpoint can't answer", e);
            reply.fail(new ChatException(ChatError.NOT_READY, "The model can't answer just now.", null));
        } catch (RuntimeException e) { // the caller must not take a stream that breaks off for a whole answer
            log.error("an answer failed", e);
            reply.fail(unexpected());
        }
    }

    private byte[] body(Context ctx) {
        byte[] body;
        try {
            body = ctx.req().getInputStream().readNBytes(settings.maxBodyBytes() + 1);
        } catch (IOException e) {
            throw new ChatException(ChatError.INVALID_JSON, "The body could not be read to its end.", null);
        }
        if (body.length > settings.maxBodyBytes())
            throw new ChatException(
                    ChatError.BODY_TOO_LARGE,
                    "The body must have at most " + settings.maxBodyBytes() + " bytes.",
                    null);
        return body;
    }
}
