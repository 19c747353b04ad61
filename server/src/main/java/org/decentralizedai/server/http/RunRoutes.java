package org.decentralizedai.server.http;

import io.javalin.router.JavalinDefaultRoutingApi;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.train.RunStatus;

/** {@code GET /api/run}: the public figures. */
public final class RunRoutes implements Routes {
    private final RunStatus status;

    public RunRoutes(RunStatus status) {
        this.status = status;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get(
                "/api/run",
                context -> context.header("Cache-Control", "no-store").json(status.figures()));
    }
}
