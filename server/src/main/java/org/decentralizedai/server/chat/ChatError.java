package org.decentralizedai.server.chat;

/** Why a request is not answered: HTTP status and what stands in OpenAI's error object. */
enum ChatError {
    INVALID_JSON(400, "invalid_request_error", "invalid_json"),
    MISSING(400, "invalid_request_error", "missing_required_parameter"),
    INVALID_TYPE(400, "invalid_request_error", "invalid_type"),
    INVALID_VALUE(400, "invalid_request_error", "invalid_value"),
    UNKNOWN(400, "invalid_request_error", "unknown_parameter"),
    UNSUPPORTED(400, "invalid_request_error", "unsupported_parameter"),
    PROMPT_TOO_LONG(400, "invalid_request_error", "context_length_exceeded"),
    INVALID_KEY(401, "invalid_request_error", "invalid_api_key"),
    INSUFFICIENT_QUOTA(402, "insufficient_quota", "insufficient_quota"), // OpenAI's 429 would make clients try again
    NOT_IN_SCOPE(403, "invalid_request_error", "insufficient_permissions"),
    UNKNOWN_URL(404, "invalid_request_error", "unknown_url"),
    MODEL_NOT_FOUND(404, "invalid_request_error", "model_not_found"),
    BODY_TOO_LARGE(413, "invalid_request_error", "request_too_large"),
    RATE_LIMITED(429, "rate_limit_error", "rate_limit_exceeded"),
    QUEUE_FULL(429, "rate_limit_error", "rate_limit_exceeded"),
    INTERNAL(500, "server_error", "internal_error"),
    NOT_READY(503, "server_error", "model_not_ready");

    final int status;
    final String type;
    final String code;

    ChatError(int status, String type, String code) {
        this.status = status;
        this.type = type;
        this.code = code;
    }

    /** Seconds after which trying again makes sense, unless who refuses knows better; 0: never. */
    int retryAfterSeconds() {
        return switch (this) {
            case QUEUE_FULL -> 5;
            case NOT_READY -> 15;
            case INVALID_JSON,
                    MISSING,
                    INVALID_TYPE,
                    INVALID_VALUE,
                    UNKNOWN,
                    UNSUPPORTED,
                    PROMPT_TOO_LONG,
                    INVALID_KEY,
                    INSUFFICIENT_QUOTA,
                    NOT_IN_SCOPE,
                    RATE_LIMITED,
                    UNKNOWN_URL,
                    MODEL_NOT_FOUND,
                    INTERNAL,
                    BODY_TOO_LARGE -> 0;
        };
    }
}
