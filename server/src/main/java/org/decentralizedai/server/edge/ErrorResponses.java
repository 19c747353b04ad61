package org.decentralizedai.server.edge;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import org.decentralizedai.billing.key.OpenAccount;
import org.decentralizedai.wire.FrameException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place that maps codes to HTTP statuses and WebSocket close codes. */
public final class ErrorResponses {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorResponses.class);
    private static final List<String> INTERFACES =
            List.of("/api/", "/v1/", "/admin/", "/shards/", "/health/", "/epochs/");

    private ErrorResponses() {}

    record Body(Error error) {}

    record Error(String code, String message) {}

    public static void register(JavalinDefaultRoutingApi routes) {
        routes.exception(RequestException.class, (e, context) -> write(context, e));
        routes.exception(
                OpenAccount.Gone.class,
                (e, context) -> write(
                        context, new RequestException(RequestException.Code.CONFLICT, String.valueOf(e.getMessage()))));
        routes.exception(HttpResponseException.class, (e, context) -> {
            context.status(e.getStatus());
            context.json(body(HttpStatus.forStatus(e.getStatus()).name(), String.valueOf(e.getMessage())));
        });
        routes.exception(Exception.class, (e, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), e);
            context.status(500);
            context.json(body("INTERNAL", "something went wrong here"));
        });
        routes.error(404, ErrorResponses::notFound);
    }

    public static void write(Context context, RequestException e) {
        context.status(status(e.code()));
        context.json(body(e.code().name(), String.valueOf(e.getMessage())));
    }

    private static Body body(String code, String message) {
        return new Body(new Error(code, message));
    }

    private static void notFound(Context context) {
        if (context.resultInputStream() != null
                && "application/json".equals(context.res().getContentType())) return;
        if (INTERFACES.stream().anyMatch(context.path()::startsWith))
            context.json(body("NOT_FOUND", "there is nothing at " + context.path()));
        else context.contentType("text/plain").result("There is no such page here.");
    }

    private static int status(RequestException.Code code) {
        return switch (code) {
            case BAD_REQUEST -> 400;
            case UNAUTHORIZED -> 401;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case TOO_MANY -> 429;
            case UNAVAILABLE -> 503;
        };
    }

    /** WebSocket close codes in the range that applications may use. */
    public static int closeCode(FrameException.Code code) {
        return switch (code) {
            case UNKNOWN_VERSION -> 4426;
            case UNKNOWN_TYPE, BAD_LENGTH, BAD_FIELD -> 4400;
        };
    }
}
