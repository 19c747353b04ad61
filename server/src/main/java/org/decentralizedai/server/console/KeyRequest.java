package org.decentralizedai.server.console;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.key.Scope;
import org.decentralizedai.server.edge.RequestException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/**
 * The body that asks for a key.
 *
 * @param scopes null: all
 * @param days until it expires, at most ten years; null: never
 * @param requestsPerMinute null: as many as the account may
 * @param tokensPerMinute null: as many as the account may
 */
record KeyRequest(
        @Nullable String name,
        @Nullable List<@Nullable String> scopes,
        @Nullable Integer days,
        @Nullable Long requestsPerMinute,
        @Nullable Long tokensPerMinute) {
    private static final int MOST_DAYS = 3660;
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(LogicalType.Textual, text -> {
                for (var other :
                        List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean))
                    text.setCoercion(other, CoercionAction.Fail);
            })
            .build();

    /** @throws RequestException when it is no JSON, or has other fields or types */
    static KeyRequest read(String body) {
        try {
            KeyRequest request = STRICT.readValue(body, KeyRequest.class);
            if (request != null) return request;
        } catch (JacksonException e) { // said below
        }
        throw new RequestException(
                BAD_REQUEST,
                "say what the key is to be, as JSON with no other fields than: name, scopes (a list of inference, usage),"
                        + " days, requestsPerMinute, tokensPerMinute (whole numbers)");
    }

    /** @throws RequestException with the rule that they break */
    KeyTerms terms(long nowMillis) {
        try {
            if (name == null) throw new IllegalArgumentException("a key needs a name");
            if (days != null && (days <= 0 || days > MOST_DAYS))
                throw new IllegalArgumentException("days must be 1 to " + MOST_DAYS);
            return new KeyTerms(
                    name,
                    scopes == null ? Set.of(Scope.values()) : read(scopes),
                    days == null ? null : nowMillis + TimeUnit.DAYS.toMillis(days),
                    requestsPerMinute,
                    tokensPerMinute);
        } catch (IllegalArgumentException e) {
            throw new RequestException(BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static Set<Scope> read(List<@Nullable String> names) {
        try {
            return Scope.read(String.join(" ", names));
        } catch (IllegalArgumentException e) { // its message names a class
            throw new IllegalArgumentException("scopes are inference and usage; a key needs one at least", e);
        }
    }
}
