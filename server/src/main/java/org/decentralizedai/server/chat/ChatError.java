package org.decentralizedai.server.chat;

/** Why a request is not answered: HTTP status and what stands in OpenAI's error object. */
enum ChatError {
    INVALID_JSON(400, "invalid_request_error", "invalid_json"),
    MISSING(400, "invalid_request_error", "missing_required_parameter"),
    INVALID_TYPE(400, "invalid_request_error", "invalid_type"),
    INVALID_VALUE(400, "invalid_request_error", "invalid_value"),
    UNSUPPORTED(400, "invalid_request_error", "unsupported_parameter"),
    PROMPT_TOO_LONG(400, "invalid_request_error", "context_length_exceeded"),
    MODEL_NOT_FOUND(404, "invalid_request_error", "model_not_found"),
    BODY_TOO_LARGE(413, "invalid_request_error", "request_too_large"),
    QUEUE_FULL(429, "rate_limit_error", "rate_limit_exceeded"),
    NOT_READY(503, "server_error", "model_not_ready");

    final int status;
    final String type;
    final String code;

    ChatError(int status, String type, String code) {
        this.status = status;
        this.type = type;
        this.code = code;
    }

    /** Seconds after which trying again makes sense; 0: never. */
    int retryAfterSeconds() {
        return switch (this) {
            case QUEUE_FULL -> 5;
            case NOT_READY -> 15;
            case INVALID_JSON,
                    MISSING,
                    INVALID_TYPE,
                    INVALID_VALUE,
                    UNSUPPORTED,
                    PROMPT_TOO_LONG,
                    MODEL_NOT_FOUND,
                    BODY_TOO_LARGE -> 0;
        };
    }
}
