package org.decentralizedai.server.edge;

import io.javalin.http.Context;
import java.util.List;
import org.decentralizedai.billing.limit.Party;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.limit.RateLimits;

/**
 * How often in a minute an account may ask for one kind of thing; counted apart from all others, and from what it asks of models.
 * Thread-safe.
 */
public final class Pace {
    private final RateLimits limits;
    private final String what;
    private final Rate rate;

    /** @param what it is that is asked for: unique, such as {@code an export} */
    public Pace(RateLimits limits, String what, int perMinute) {
        this.limits = limits;
        this.what = what;
        rate = new Rate(perMinute, perMinute); // one token for each request
    }

    /** @throws RequestException 429, with the time after which it may, when it asks too often */
    public void keep(Context context, String account) {
        var allowance = limits.ask(List.of(new Party(what + "/" + account, rate)), 1);
        if (allowance.allowed()) return;
        long seconds = Math.max(1, Math.ceilDiv(allowance.patience().toMillis(), 1000));
        context.header("Retry-After", String.valueOf(seconds));
        throw new RequestException(
                RequestException.Code.TOO_MANY,
                what + " may be asked for " + rate.requestsPerMinute() + " times in a minute: wait a little");
    }
}
