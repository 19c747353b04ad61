package org.decentralizedai.server.chat;

import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import org.decentralizedai.server.chat.CompletionRequest.Api;
import org.jspecify.annotations.Nullable;

/**
 * One route of the API; it is registered from this and described from this.
 *
 * @param id in the description, for makers of clients
 * @param body the shape of what is sent; null: nothing
 * @param answer name of the schema of what comes back
 */
record Operation(
        HandlerType method,
        String path,
        String id,
        String summary,
        @Nullable Api body,
        String answer,
        Handler handler) {}
