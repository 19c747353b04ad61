package org.decentralizedai.server.chat;

import org.jspecify.annotations.Nullable;

/** A request that is refused; the message is a sentence for the caller. */
final class ChatException extends RuntimeException {
    private final ChatError error;
    private final @Nullable String param;
    private final int retryAfterSeconds;

    /** @param param the field at fault, as {@code messages[0].role} */
    ChatException(ChatError error, String message, @Nullable String param) {
        this(error, message, param, error.retryAfterSeconds());
    }

    /** @param retryAfterSeconds 0: trying again makes no sense */
    ChatException(ChatError error, String message, @Nullable String param, int retryAfterSeconds) {
        super(message, null, false, false); // strangers cause it at will: no stack trace
        this.error = error;
        this.param = param;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    ChatError error() {
        return error;
    }

    int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    @Nullable
    String param() {
        return param;
    }
}
