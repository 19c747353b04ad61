package org.decentralizedai.server.http;

import io.javalin.http.Context;
import io.javalin.http.RequestLogger;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.TimeUnit;

/**
 * Times requests by method, route and status. The route is the pattern that matched, never the path that was asked for: a
 * stranger can't make series.
 */
final class RequestTimes implements RequestLogger {
    private static final String UNKNOWN = "none";

    private final MeterRegistry registry;

    RequestTimes(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void handle(Context context, Float millis) {
        var endpoint = context.endpoints().lastHttpEndpoint();
        registry.timer(
                        "http.requests",
                        "method",
                        endpoint == null ? UNKNOWN : endpoint.method.name(),
                        "route",
                        endpoint == null ? UNKNOWN : endpoint.path,
                        "status",
                        Integer.toString(context.statusCode()))
                .record((long) (millis * 1000), TimeUnit.MICROSECONDS);
    }
}
