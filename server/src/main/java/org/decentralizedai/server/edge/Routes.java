package org.decentralizedai.server.edge;

import io.javalin.router.JavalinDefaultRoutingApi;

/** A part of the interface that registers its own paths. */
public interface Routes {
    void register(JavalinDefaultRoutingApi routes);
}
