package org.decentralizedai.server.http;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Optional;
import java.util.function.Supplier;
import org.decentralizedai.server.edge.Routes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /health/live}: the process answers. {@code /health/ready}: it can do its work. {@code /metrics}: Prometheus. */
public final class HealthRoutes implements Routes {
    private static final Logger LOG = LoggerFactory.getLogger(HealthRoutes.class);

    /** @param reason null when all is well; beside "ready" it says what somebody must put right nevertheless */
    record Health(String status, @Nullable String reason) {}

    private final Supplier<Optional<String>> unready;
    private final Supplier<Optional<String>> warning;
    private final PrometheusMeterRegistry registry;

    /**
     * @param unready why work can't be done now; empty when it can
     * @param warning what somebody must put right though work is done; empty: nothing
     */
    public HealthRoutes(
            Supplier<Optional<String>> unready, Supplier<Optional<String>> warning, PrometheusMeterRegistry registry) {
        this.unready = unready;
        this.warning = warning;
        this.registry = registry;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/health/live", context -> context.json(new Health("live", null)));
        routes.get("/health/ready", this::ready);
        routes.get(
                "/metrics",
                context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                        .result(registry.scrape()));
    }

    private void ready(Context context) {
        var reason = reason();
        context.status(reason.isEmpty() ? 200 : 503);
        String status = reason.isEmpty() ? "ready" : "not ready";
        context.json(new Health(status, reason.or(() -> asked(warning)).orElse(null)));
    }

    private Optional<String> reason() {
        return asked(unready);
    }

    private static Optional<String> asked(Supplier<Optional<String>> what) {
        try {
            return what.get();
        } catch (RuntimeException e) {
            LOG.error("not ready", e);
            return Optional.of("the database does not answer");
        }
    }
}
