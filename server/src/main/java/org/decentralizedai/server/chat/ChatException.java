package org.decentralizedai.server.chat;

import org.jspecify.annotations.Nullable;

/** A request that is refused; the message is a sentence for the caller. */
final class ChatException extends RuntimeException {
    private final ChatError error;
    private final @Nullable String param;

    /** @param param the field at fault, as {@code messages[0].role} */
    ChatException(ChatError error, String message, @Nullable String param) {
        super(message, null, false, false); // strangers cause it at will: no stack trace
        this.error = error;
        this.param = param;
    }

    ChatError error() {
        return error;
    }

    @Nullable
    String param() {
        return param;
    }
}
