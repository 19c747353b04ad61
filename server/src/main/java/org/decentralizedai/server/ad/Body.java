package org.decentralizedai.server.ad;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;

import io.javalin.http.Context;
import java.util.List;
import java.util.function.Supplier;
import org.decentralizedai.server.edge.RequestException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** Reads a request's JSON body: its fields and no others, of their types. */
final class Body {
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

    private Body() {}

    /**
     * @param fields what it must have, for whoever gets it wrong
     * @throws RequestException 400
     */
    static <T> T read(Context context, Class<T> type, String fields) {
        try {
            T body = STRICT.readValue(context.body(), type);
            if (body != null) return body;
        } catch (JacksonException e) { // said below
        }
        throw new RequestException(BAD_REQUEST, "the body must be JSON with no other fields than: " + fields);
    }

    /** What rules refuse is the caller's mistake. */
    static <T> T checked(Supplier<T> rule) {
        try {
            return rule.get();
        } catch (IllegalArgumentException e) {
            throw new RequestException(BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }
}
